package lanegrad.op;

import static lanegrad.kernel.VectorStage.BLOCK;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.kernel.VectorStage;

/// A constant power: `y = x^p`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy * p x^(p-1)`, and 0 for p = 0, also at 0, at infinity and at NaN. An
/// exactly zero dy stays zero, also where the slope is infinite or NaN: so a branch that [Where] does not take adds
/// nothing.
///
/// **Domain.** Every float for an integer p, else x from 0 up. **Special values.** Those of IEEE 754: x^0 = 1 even for
/// NaN; a negative x gives NaN unless p is an integer; 0^p is inf for a negative p; NaN stays NaN.
///
/// **Error, method.** Those of the lane function, [lanegrad.math.Pow], for value and slope: 0.8 ulp; products for the
/// value of x^3, 1.3 ulp, and for the slopes of x^3 and x^4, 1.5 ulp and,
/// where it is subnormal, 2.8.
///
/// **Cost.** 110 operations and a division, forward and backward; for p = 0, 1, 2, 3, -1 one or two. For the square
/// root and its reciprocal, [Sqrt] and [Rsqrt] cost less.
public final class Pow extends UnaryOp {
    static final Operation CUBE_OPERATION = operation(3, lanegrad.math.Pow.MAX_CUBE_ULP, 1.5,
            Operation.Range.of(-2, 2, 7, 19));
    static final Operation FRACTION_OPERATION = operation(2.4, lanegrad.math.Pow.MAX_ULP, lanegrad.math.Pow.MAX_ULP,
            Operation.Range.of(0.5f, 4, 7, 19));
    static final Operation ROOT_OPERATION = operation(0.5, lanegrad.math.Pow.MAX_ULP, lanegrad.math.Pow.MAX_ULP,
            Operation.Range.of(0.5f, 9, 7, 19));
    static final Operation INVERSE_OPERATION = operation(-2, lanegrad.math.Pow.MAX_ULP, lanegrad.math.Pow.MAX_ULP,
            Operation.Range.of(-4, -0.5f, 7, 19));

    private final double exponent;
    private final lanegrad.math.Pow power;
    private final lanegrad.math.Pow slope;

    /// To this power. Keep it: a tape reuses the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException for an exponent that is NaN or beyond the floats
    public Pow(double exponent) {
        super("pow-" + text(exponent));
        this.exponent = exponent;
        power = lanegrad.math.Pow.of(exponent);
        slope = lanegrad.math.Pow.of(exponent == 0 ? 1 : exponent, exponent - 1);
    }

    private static Operation operation(double exponent, double ulp, double slopeUlp, Operation.Range range) {
        return new Operation(new Pow(exponent), Operation.Kind.ELEMENTWISE,
                """
                formula: y = x^p
                derivative: dx = dy == 0 ? 0 : dy * p x^(p-1)
                domain: every float for an integer p, else x from 0 up
                special: those of IEEE 754: x^0 = 1 even for NaN; a negative x gives NaN unless p is an integer; 0^p is
                  inf for a negative p; NaN stays NaN
                cost: 110 operations and a division, forward and backward; for p = 0, 1, 2, 3, -1 one or two
                """,
                Operation.Bound.ulps(ulp), Operation.Bound.ulps(slopeUlp),
                List.of(Operation.Case.of(range)));
    }

    // In a name, which is of lower-case letters, digits and hyphens, and has a point in numbers only.
    private static String text(double exponent) {
        double size = Math.abs(exponent);
        String digits = size == Math.rint(size) && size < 1e15 ? Long.toString((long) size) : Double.toString(size);
        return exponent < 0 ? "minus-" + digits : digits;
    }

    /// The exponent.
    public double exponent() {
        return exponent;
    }

    @Override
    public Real exact(Real x) {
        return x.pow(exponent);
    }

    @Override
    public float scalar(float x) {
        return power.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        if (power.high() == 0) {
            return dy != dy ? dy : 0;
        }
        return dy == 0 ? 0 : dy * slope.scalar(x);
    }

    @Override
    public Lanes lanes() {
        Vectors plain = new Vectors(power, slope);
        return power.simple() && slope.simple() ? plain : new Vectors.Staged(plain);
    }

    // Records: the JIT trusts their fields to be constant, and drops what the exponent does not need.
    private record Vectors(lanegrad.math.Pow power, lanegrad.math.Pow slope) implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Pow.Lanes.vector(x, power);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            if (power.high() == 0) {
                return dy.broadcast(0).blend(dy, dy.compare(VectorOperators.NE, dy));
            }
            return times(lanegrad.math.Pow.Lanes.vector(x, slope), dy);
        }

        static FloatVector times(FloatVector slope, FloatVector dy) {
            return dy.mul(slope).blend(0, dy.compare(VectorOperators.EQ, 0));
        }

        // One of the two may be simple: the slope of x^4 is 4 x^3, and x^-1 is a quotient, its slope is not.
        record Staged(Vectors of) implements Lanes.Staged {
            @Override
            public VectorStage[] stages() {
                return stages(of.power);
            }

            @Override
            public VectorStage[] vjpStages() {
                return stages(of.slope);
            }

            private static VectorStage[] stages(lanegrad.math.Pow power) {
                return power.simple() ? new VectorStage[0] : new VectorStage[] {
                    (x, t, at) -> lanegrad.math.Pow.Lanes.ratio(x, t, at, BLOCK),
                    (x, t, at) -> lanegrad.math.Pow.Lanes.series(x, t, at, BLOCK),
                    (x, t, at) -> lanegrad.math.Pow.Lanes.logarithm(x, t, at, BLOCK),
                    (x, t, at) -> lanegrad.math.Pow.Lanes.times(x, power, t, at, BLOCK),
                    (x, t, at) -> lanegrad.math.Pow.Lanes.powerOfTwo(x, t, at, BLOCK)
                };
            }

            @Override
            public FloatVector vector(FloatVector x) {
                return of.vector(x);
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
                return of.vjp(x, y, dy);
            }

            @Override
            public FloatVector vector(FloatVector x, float[] t, int at) {
                return last(of.power, x, t, at);
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector dy, float[] t, int at) {
                return times(last(of.slope, x, t, at), dy);
            }

            private static FloatVector last(lanegrad.math.Pow power, FloatVector x, float[] t, int at) {
                return power.simple() ? lanegrad.math.Pow.Lanes.vector(x, power)
                        : lanegrad.math.Pow.Lanes.last(x, power, t, at, BLOCK);
            }
        }
    }
}
