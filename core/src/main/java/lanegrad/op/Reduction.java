package lanegrad.op;

import lanegrad.Real;

/// How a loss makes one number of its terms.
public enum Reduction {
    /// The sum, divided by the number of examples: what a loss counts as one is said there.
    MEAN,
    /// The sum.
    SUM;

    /// The name of a loss: as it is for the mean, `x-sum` for the sum.
    String name(String loss) {
        return this == MEAN ? loss : loss + "-sum";
    }

    /// The loss from the sum of its terms: the mean divides in double and rounds once.
    float of(float sum, int examples) {
        return this == MEAN ? (float) ((double) sum / examples) : sum;
    }

    /// [#of] in double.
    double of(double sum, int examples) {
        return this == MEAN ? sum / examples : sum;
    }

    /// [#of] exactly.
    Real of(Real sum, int examples) {
        return this == MEAN ? sum.over(examples) : sum;
    }

    /// What of `dy` goes to each term, rounded likewise.
    float share(float dy, int examples) {
        return of(dy, examples);
    }
}
