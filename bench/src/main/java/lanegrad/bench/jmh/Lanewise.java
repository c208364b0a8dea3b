package lanegrad.bench.jmh;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.kernel.Unary;

/// The function that the Vector API has for an operation, `lanewise(EXP)` for exp, in the engine's own loops.
///
/// For comparison only. The arithmetic ones (neg, abs, sqrt) are instructions with one right result. The others call
/// a native library from compiled code and a scalar function otherwise, so their bits change with the machine and
/// with the moment: the engine cannot use them. The scalar form here, of tails, is the engine's.
///
/// @param own the engine's form of the function
/// @param name of the operation
record Lanewise(Unary own, String name) implements Unary {
    /// Names of operations that the Vector API has too.
    private static final List<String> NAMES = List.of("neg", "abs", "sqrt", "exp", "expm1", "log", "log1p", "log10",
            "tanh", "sinh", "cosh", "sin", "cos", "tan", "asin", "acos", "atan", "cbrt");

    /// Whether the Vector API has this operation.
    static boolean has(String name) {
        return NAMES.contains(name);
    }

    @Override
    public float scalar(float x) {
        return own.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        throw new UnsupportedOperationException("the Vector API has no derivatives");
    }

    @Override
    public Lanes lanes() {
        return Vectors.of(name);
    }

    // A record, because the JIT trusts its field to be constant.
    private record Vectors(VectorOperators.Unary operator) implements Lanes {
        static Vectors of(String name) {
            return new Vectors(switch (name) {
                case "neg" -> VectorOperators.NEG;
                case "abs" -> VectorOperators.ABS;
                case "sqrt" -> VectorOperators.SQRT;
                case "exp" -> VectorOperators.EXP;
                case "expm1" -> VectorOperators.EXPM1;
                case "log" -> VectorOperators.LOG;
                case "log1p" -> VectorOperators.LOG1P;
                case "log10" -> VectorOperators.LOG10;
                case "tanh" -> VectorOperators.TANH;
                case "sinh" -> VectorOperators.SINH;
                case "cosh" -> VectorOperators.COSH;
                case "sin" -> VectorOperators.SIN;
                case "cos" -> VectorOperators.COS;
                case "tan" -> VectorOperators.TAN;
                case "asin" -> VectorOperators.ASIN;
                case "acos" -> VectorOperators.ACOS;
                case "atan" -> VectorOperators.ATAN;
                case "cbrt" -> VectorOperators.CBRT;
                default -> throw new IllegalArgumentException("the Vector API has no '" + name + "'; choose one of "
                        + String.join(", ", NAMES));
            });
        }

        @Override
        public FloatVector vector(FloatVector x) {
            return x.lanewise(operator);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw new UnsupportedOperationException("the Vector API has no derivatives");
        }
    }
}
