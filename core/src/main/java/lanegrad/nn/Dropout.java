package lanegrad.nn;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Var;
import lanegrad.math.SplitMix;

/// A layer that drops: in [Mode#TRAINING] each element becomes 0 with probability p and the others grow by
/// `1 / (1 - p)`, anew in every step; in [Mode#EVALUATION] it is the identity, and nothing is recorded.
///
/// Which elements are dropped follows from the generator and the number of steps so far: see
/// [lanegrad.op.Dropout].
public final class Dropout implements Layer {
    private final lanegrad.op.Dropout op;
    private final SplitMix random;
    private final lanegrad.op.Dropout.Key key = new lanegrad.op.Dropout.Key(0);

    /// A layer that drops with this probability.
    ///
    /// @param random gives each step of training its key; the layer's own
    /// @throws IllegalArgumentException for a probability outside of 0 to 1
    public Dropout(float p, SplitMix random) {
        this.op = new lanegrad.op.Dropout(p);
        this.random = random;
    }

    @Override
    public Var apply(Var x) {
        return x;
    }

    @Override
    public Var apply(Var x, Mode mode) {
        if (mode == Mode.EVALUATION) {
            return x;
        }
        key.set(random.nextLong());
        return op.apply(x, key);
    }

    @Override
    public List<Var> parameters() {
        return List.of();
    }

    @Override
    public Shape output(Shape input) {
        return input;
    }

    @Override
    public String describe() {
        return "dropout " + op.p();
    }
}
