package lanegrad.nn;

import java.util.Locale;
import lanegrad.Tensor;
import lanegrad.math.SplitMix;

/// How the weights of a layer begin. Biases begin at 0.
///
/// Values are drawn row-major from the generator given, so the same generator gives the same weights on every
/// machine. The three scaled forms keep the size of a signal from layer to layer; each can be drawn uniformly or
/// normally, with the same variance:
///
/// - he, `2 / fanIn`, for ReLU, which drops half of the signal. Source: K. He et al., *Delving Deep into
///   Rectifiers* (ICCV 2015), section 2.2.
/// - xavier, `2 / (fanIn + fanOut)`, for tanh and sigmoid: keeps signal and gradient alike. Source: X. Glorot,
///   Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks* (AISTATS 2010), eq. 16.
/// - lecun, `1 / fanIn`, for tanh and SELU. Source: Y. LeCun et al., *Efficient BackProp* (1998), section 4.6.
///
/// The normal distributions are not truncated.
public sealed interface Init {
    /// He, normal.
    Init HE = new Scaled(Scale.HE, false);
    /// He, uniform in `+-sqrt(6 / fanIn)`.
    Init HE_UNIFORM = new Scaled(Scale.HE, true);
    /// Xavier, uniform in `+-sqrt(6 / (fanIn + fanOut))`: the form of the source.
    Init XAVIER = new Scaled(Scale.XAVIER, true);
    /// Xavier, normal.
    Init XAVIER_NORMAL = new Scaled(Scale.XAVIER, false);
    /// LeCun, normal.
    Init LECUN = new Scaled(Scale.LECUN, false);
    /// LeCun, uniform in `+-sqrt(3 / fanIn)`.
    Init LECUN_UNIFORM = new Scaled(Scale.LECUN, true);
    /// Uniform in [0, 0.1): the lesson's first choice. All weights positive.
    Init UNIFORM = new Uniform(0, 0.1f);
    /// Normal with deviation 0.1: the lesson's choice for its hidden layer.
    Init NORMAL = new Normal(0.1);
    /// All zero. Allowed, to see what it does: the units of a layer then get equal gradients and stay equal for
    /// ever.
    Init ZERO = new Constant(0);

    /// The names that [#named] knows, for help texts.
    String NAMES = "he, he-normal, he-uniform, xavier, xavier-uniform, xavier-normal, lecun, lecun-normal, "
            + "lecun-uniform, uniform, uniform:LOW:HIGH, normal, normal:DEVIATION, constant:VALUE, zero";

    // No default methods here: an interface with one is initialised with the first of its records, each record with
    // the constants above, and two threads that begin at the two ends would wait for each other.

    /// One weight of a layer with `fanIn` inputs and `fanOut` outputs.
    float draw(SplitMix random, int fanIn, int fanOut);

    /// The shortest name that [#named] reads as this.
    String name();

    /// New weights `[fanIn, fanOut]` as `init` draws them.
    static Tensor weights(Init init, int fanIn, int fanOut, SplitMix random) {
        Tensor w = Tensor.zeros(fanIn, fanOut);
        float[] data = w.data();
        for (int i = 0; i < w.size(); i++) {
            data[i] = init.draw(random, fanIn, fanOut);
        }
        return w.changed();
    }

    /// The initialisation of this name, in any case: one of [#NAMES].
    ///
    /// @throws IllegalArgumentException for another name, or numbers that do not fit
    static Init named(String name) {
        String[] parts = name.split(":", -1);
        parts[0] = parts[0].toLowerCase(Locale.ROOT);
        int numbers = parts.length - 1;
        if (numbers == 0) {
            switch (parts[0]) {
                case "he", "he-normal":
                    return HE;
                case "he-uniform":
                    return HE_UNIFORM;
                case "xavier", "xavier-uniform":
                    return XAVIER;
                case "xavier-normal":
                    return XAVIER_NORMAL;
                case "lecun", "lecun-normal":
                    return LECUN;
                case "lecun-uniform":
                    return LECUN_UNIFORM;
                case "uniform":
                    return UNIFORM;
                case "normal":
                    return NORMAL;
                case "zero":
                    return ZERO;
                default:
                    break;
            }
        }
        return switch (parts[0]) {
            case "uniform" -> {
                expect(name, numbers, 2, "uniform:-0.1:0.1");
                yield new Uniform((float) number(name, parts[1]), (float) number(name, parts[2]));
            }
            case "normal" -> {
                expect(name, numbers, 1, "normal:0.05");
                yield new Normal(number(name, parts[1]));
            }
            case "constant" -> {
                expect(name, numbers, 1, "constant:0.1");
                yield new Constant((float) number(name, parts[1]));
            }
            default -> throw new IllegalArgumentException("init '" + name + "' is unknown; choose one of " + NAMES);
        };
    }

    private static void expect(String name, int numbers, int wanted, String example) {
        if (numbers != wanted) {
            throw new IllegalArgumentException("init '" + name + "' has " + numbers
                    + (numbers == 1 ? " number" : " numbers") + " and takes " + wanted + "; write for instance " + example);
        }
    }

    private static double number(String name, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("init '" + name + "': '" + text + "' is not a number");
        }
    }

    /// Every weight the same.
    ///
    /// @param value of each weight, finite
    record Constant(float value) implements Init {
        /// @throws IllegalArgumentException when the value is not finite
        public Constant {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("init constant: the value is " + value + "; give a finite one");
            }
        }

        @Override
        public float draw(SplitMix random, int fanIn, int fanOut) {
            return value;
        }

        @Override
        public String name() {
            return equals(ZERO) ? "zero" : "constant:" + value;
        }
    }

    /// Uniform, whatever the size of the layer.
    ///
    /// @param low the least weight
    /// @param high above every weight
    record Uniform(float low, float high) implements Init {
        /// @throws IllegalArgumentException unless both are finite and `low < high`
        public Uniform {
            if (!(low < high && Float.isFinite(low) && Float.isFinite(high))) {
                throw new IllegalArgumentException("init uniform: the interval [" + low + ", " + high
                        + ") is empty or not finite; give finite bounds, the lower one first");
            }
        }

        @Override
        public float draw(SplitMix random, int fanIn, int fanOut) {
            return random.nextFloat(low, high);
        }

        @Override
        public String name() {
            return equals(UNIFORM) ? "uniform" : "uniform:" + low + ":" + high;
        }
    }

    /// Normal with mean 0, whatever the size of the layer.
    ///
    /// @param deviation the standard deviation, above 0
    record Normal(double deviation) implements Init {
        /// @throws IllegalArgumentException when the deviation is not above 0, or too large for a float
        public Normal {
            if (!(deviation > 0 && deviation <= Float.MAX_VALUE / 64)) {
                throw new IllegalArgumentException("init normal: the deviation is " + deviation
                        + "; give a number above 0, for instance 0.05");
            }
        }

        @Override
        public float draw(SplitMix random, int fanIn, int fanOut) {
            return (float) (random.nextGaussian() * deviation);
        }

        @Override
        public String name() {
            return equals(NORMAL) ? "normal" : "normal:" + deviation;
        }
    }

    /// Mean 0 and a variance that follows from the size of the layer.
    ///
    /// @param scale the rule of the variance
    /// @param uniform whether uniform rather than normal
    record Scaled(Scale scale, boolean uniform) implements Init {
        @Override
        public float draw(SplitMix random, int fanIn, int fanOut) {
            double fan = scale == Scale.XAVIER ? (double) fanIn + fanOut : fanIn;
            if (uniform) {
                // The variance of a uniform distribution in +-a is a^2 / 3.
                float limit = (float) Math.sqrt(3 * scale.gain / fan);
                return random.nextFloat(-limit, limit);
            }
            return (float) (random.nextGaussian() * Math.sqrt(scale.gain / fan));
        }

        @Override
        public String name() {
            String name = scale.name().toLowerCase(Locale.ROOT);
            return uniform == (scale == Scale.XAVIER) ? name : name + (uniform ? "-uniform" : "-normal");
        }
    }

    /// How the variance follows from the layer: `gain / fan`.
    enum Scale {
        /// `2 / fanIn`.
        HE(2),
        /// `2 / (fanIn + fanOut)`.
        XAVIER(2),
        /// `1 / fanIn`.
        LECUN(1);

        private final double gain;

        Scale(double gain) {
            this.gain = gain;
        }
    }
}
