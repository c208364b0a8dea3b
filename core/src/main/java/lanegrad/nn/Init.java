package lanegrad.nn;

import java.util.List;
import java.util.Locale;
import lanegrad.Tensor;
import lanegrad.math.SplitMix;

/// How the weights of a layer begin. Biases begin at 0.
///
/// Values are drawn row-major from the generator given, so the same generator gives the same weights on every
/// machine.
public enum Init {
    /// Normal with deviation `sqrt(2 / fanIn)`: keeps the size of the signal through layers of ReLU, which drop
    /// half of it. Source: K. He et al., *Delving Deep into Rectifiers* (ICCV 2015), section 2.2.
    HE {
        @Override
        float draw(SplitMix random, int fanIn, int fanOut) {
            return (float) (random.nextGaussian() * Math.sqrt(2.0 / fanIn));
        }
    },
    /// Uniform in `+-sqrt(6 / (fanIn + fanOut))`: keeps the size of signal and gradient through layers of tanh or
    /// sigmoid. Source: X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
    /// networks* (AISTATS 2010), eq. 16.
    XAVIER {
        @Override
        float draw(SplitMix random, int fanIn, int fanOut) {
            float limit = (float) Math.sqrt(6.0 / (fanIn + fanOut));
            return random.nextFloat(-limit, limit);
        }
    },
    /// Uniform in [0, 0.1): the lesson's first choice. All weights positive.
    UNIFORM {
        @Override
        float draw(SplitMix random, int fanIn, int fanOut) {
            return random.nextFloat(0, 0.1f);
        }
    },
    /// Normal with deviation 0.1: the lesson's choice for its hidden layer.
    NORMAL {
        @Override
        float draw(SplitMix random, int fanIn, int fanOut) {
            return (float) (random.nextGaussian() * 0.1);
        }
    },
    /// All zero. Allowed, to see what it does: the units of a layer then get equal gradients and stay equal for
    /// ever.
    ZERO {
        @Override
        float draw(SplitMix random, int fanIn, int fanOut) {
            return 0;
        }
    };

    /// One weight of a layer with `fanIn` inputs and `fanOut` outputs.
    abstract float draw(SplitMix random, int fanIn, int fanOut);

    /// New weights `[fanIn, fanOut]`.
    public Tensor weights(int fanIn, int fanOut, SplitMix random) {
        Tensor w = Tensor.zeros(fanIn, fanOut);
        float[] data = w.data();
        for (int i = 0; i < w.size(); i++) {
            data[i] = draw(random, fanIn, fanOut);
        }
        return w.changed();
    }

    /// The initialisation of this name, in any case.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the names
    public static Init named(String name) {
        for (Init init : values()) {
            if (init.name().equalsIgnoreCase(name)) {
                return init;
            }
        }
        throw new IllegalArgumentException("init '" + name + "' is unknown; choose one of " + String.join(", ",
                List.of(values()).stream().map(i -> i.name().toLowerCase(Locale.ROOT)).toList()));
    }
}
