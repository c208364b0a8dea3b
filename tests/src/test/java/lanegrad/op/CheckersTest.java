package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.FaultyLoops;
import lanegrad.kernel.UnaryLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checkers are checked: faults that real engines had, planted into operations here, must be seen by the very
/// checks that the registry's operations pass.
class CheckersTest {
    // What a check says of a mutant: an assertion that fails, nothing else.
    private static AssertionError caught(Consumer<Operation> check, Operation mutant) {
        return assertThrows(AssertionError.class, () -> check.accept(mutant),
                () -> "a fault was not seen: " + mutant.op().name());
    }

    private static Operation as(Operation original, Op mutant) {
        return new Operation(mutant, original.kind(), original.text(), original.bound(), original.slope(),
                original.cases());
    }

    /// A sigmoid with a fault.
    enum Fault {
        ZERO, NAN, LANES_ONE_ULP_OFF, SLOPE_1_001, SLOPE_ZERO, SLOPE_NAN, SLOPE_NEGATED, DY_IGNORED, NAN_SWALLOWED
    }

    private static final class Faulty extends UnaryOp {
        private final Fault fault;

        Faulty(Fault fault) {
            super("faulty-sigmoid");
            this.fault = fault;
        }

        @Override
        public Real exact(Real x) {
            return Sigmoid.OP.exact(x);
        }

        @Override
        public float scalar(float x) {
            return switch (fault) {
                case ZERO -> 0;
                case NAN -> Float.NaN;
                case NAN_SWALLOWED -> x != x ? 0 : Sigmoid.OP.scalar(x);
                default -> Sigmoid.OP.scalar(x);
            };
        }

        @Override
        public float vjp(float x, float y, float dy) {
            float g = Sigmoid.OP.vjp(x, y, dy);
            return switch (fault) {
                case SLOPE_1_001 -> g * 1.001f;
                case SLOPE_ZERO -> 0;
                case SLOPE_NAN -> Float.NaN;
                case SLOPE_NEGATED -> -g;
                case DY_IGNORED -> Sigmoid.OP.vjp(x, y, 1);
                default -> g;
            };
        }

        @Override
        public Lanes lanes() {
            return new Vectors(fault, Sigmoid.OP.lanes());
        }

        private record Vectors(Fault fault, Lanes sound) implements Lanes {
            @Override
            public FloatVector vector(FloatVector x) {
                FloatVector y = sound.vector(x);
                return switch (fault) {
                    case ZERO -> x.broadcast(0);
                    case NAN -> x.broadcast(Float.NaN);
                    case LANES_ONE_ULP_OFF -> y.reinterpretAsInts().add(1).reinterpretAsFloats();
                    case NAN_SWALLOWED -> y.blend(0, x.test(VectorOperators.IS_NAN));
                    default -> y;
                };
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
                FloatVector g = sound.vjp(x, y, dy);
                return switch (fault) {
                    case SLOPE_1_001 -> g.mul(1.001f);
                    case SLOPE_ZERO -> x.broadcast(0);
                    case SLOPE_NAN -> x.broadcast(Float.NaN);
                    case SLOPE_NEGATED -> g.neg();
                    case DY_IGNORED -> sound.vjp(x, y, x.broadcast(1));
                    default -> g;
                };
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void faultsOfAnActivation(Fault fault) {
        Operation mutant = as(Sigmoid.OPERATION, new Faulty(fault));
        switch (fault) {
            case ZERO, NAN -> {
                caught(OperationTest::forwardWithinBound, mutant);
                caught(UnaryOpTest::allFloats, mutant);
            }
            case LANES_ONE_ULP_OFF -> {
                caught(OperationTest::sameBits, mutant);
                caught(UnaryOpTest::allFloats, mutant);
                UnaryOp op = (UnaryOp) mutant.op();
                caught(o -> UnaryOpTest.everyLengthAndOffset(op, op::loop), mutant);
            }
            case SLOPE_1_001, SLOPE_ZERO, SLOPE_NAN, SLOPE_NEGATED, DY_IGNORED -> {
                caught(OperationTest::gradients, mutant);
                if (fault != Fault.DY_IGNORED) {
                    // There dy is 1.
                    caught(UnaryOpTest::derivative, mutant);
                } else {
                    caught(OperationTest::zeroCotangent, mutant);
                    caught(OperationTest::linearInTheCotangent, mutant);
                }
            }
            case NAN_SWALLOWED -> caught(OperationTest::aNaNArrives, mutant);
        }
    }

    @Test
    void faultsOfADerivativeInDouble() {
        UnaryOp wrong = new UnaryOp("faulty-slope") {
            @Override
            public Real exact(Real x) {
                return x.function(Sigmoid.OP.exact(x.value()), Sigmoid.OP.exactDerivative(x.value()) * (1 + 1e-5), 0);
            }

            @Override
            public float scalar(float x) {
                return Sigmoid.OP.scalar(x);
            }

            @Override
            public float vjp(float x, float y, float dy) {
                return Sigmoid.OP.vjp(x, y, dy);
            }

            @Override
            public Lanes lanes() {
                return Sigmoid.OP.lanes();
            }
        };
        caught(UnaryOpTest::exactDerivative, as(Sigmoid.OPERATION, wrong));
    }

    @Test
    void faultsOfLoops() {
        for (UnaryOperator<UnaryLoop> fault : List.<UnaryOperator<UnaryLoop>>of(FaultyLoops::skippingLast,
                FaultyLoops::oneTooMany, FaultyLoops::oneTooEarly, FaultyLoops::alwaysAdding)) {
            AssertionError e = caught(o -> UnaryOpTest.everyLengthAndOffset(Tanh.OP,
                    backend -> fault.apply(Tanh.OP.loop(backend))), Tanh.OPERATION);
            for (String word : List.of("tanh", "SCALAR", "length", "offset", "seed", "index", "expected", "got")) {
                assertTrue(e.getMessage().contains(word), e.getMessage());
            }
        }
        UnaryOpTest.everyLengthAndOffset(Tanh.OP, Tanh.OP::loop);
    }

    /// An operation that does what `of` does, but for what a subclass spoils.
    private abstract static class Spoilt implements Op {
        final Op of;

        Spoilt(Op of) {
            this.of = of;
        }

        @Override
        public String name() {
            return of.name();
        }

        @Override
        public Shape shape(Object attribute, Shape... inputs) {
            return of.shape(attribute, inputs);
        }

        @Override
        public void forward(Tape.Entry e) {
            of.forward(e);
        }

        @Override
        public void backward(Tape.Entry e) {
            of.backward(e);
        }

        @Override
        public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
            return of.exact(attribute, shapes, x);
        }
    }

    @Test
    void aSkippedLastElement() {
        caught(OperationTest::forwardWithinBound, as(Tanh.OPERATION, new Spoilt(Tanh.OP) {
            @Override
            public void forward(Tape.Entry e) {
                Tanh.OP.loop(e.backend()).forward(e.x(0).data(), e.y().data(), 0, e.y().size() - 1);
            }
        }));
        Operation mutant = as(Tanh.OPERATION, new Spoilt(Tanh.OP) {
            @Override
            public void backward(Tape.Entry e) {
                Tanh.OP.loop(e.backend()).backward(e.x(0).data(), e.y().data(), e.dy().data(), e.dx(0).data(),
                        e.adds(0), 0, e.y().size() - 1);
            }
        });
        caught(OperationTest::gradients, mutant);
        caught(OperationTest::gradientsAreAdded, mutant);
    }

    @Test
    void aGradientThatOverwrites() {
        caught(OperationTest::gradientsAreAdded, as(Multiply.OPERATION, new Spoilt(Multiply.OP) {
            @Override
            public void backward(Tape.Entry e) {
                Multiply.OP.loop(e.backend()).backwardA(e.x(0).data(), e.x(1).data(), e.dy().data(), e.dx(0).data(),
                        false, 0, e.y().size());
                Multiply.OP.loop(e.backend()).backwardB(e.x(0).data(), e.x(1).data(), e.dy().data(), e.dx(1).data(),
                        false, 0, e.y().size());
            }
        }));
    }

    @Test
    void exchangedOperandsInABackward() {
        caught(OperationTest::gradients, as(Multiply.OPERATION, new Spoilt(Multiply.OP) {
            @Override
            public void backward(Tape.Entry e) {
                Multiply.OP.loop(e.backend()).backwardB(e.x(0).data(), e.x(1).data(), e.dy().data(), e.dx(0).data(),
                        e.adds(0), 0, e.y().size());
                Multiply.OP.loop(e.backend()).backwardA(e.x(0).data(), e.x(1).data(), e.dy().data(), e.dx(1).data(),
                        e.adds(1), 0, e.y().size());
            }
        }));
    }

    // Square matrices hide a dropped transpose from every check of shapes.
    @Test
    void aDroppedTranspose() {
        List<Operation.Case> square = List.of(
                Operation.Case.of(Operation.Range.of(-2, 2, 6, 6), Operation.Range.of(-2, 2, 6, 6)));
        Operation nt = new Operation(MatMul.NT, MatMul.NT_OPERATION.kind(), MatMul.NT_OPERATION.text(),
                MatMul.NT_OPERATION.bound(), square);
        OperationTest.forwardWithinBound(nt);
        OperationTest.gradients(nt);
        Operation forward = as(nt, new Spoilt(MatMul.NT) {
            @Override
            public void forward(Tape.Entry e) {
                MatMul.NN.forward(e);
            }
        });
        caught(OperationTest::forwardWithinBound, forward);
        caught(OperationTest::gradients, as(nt, new Spoilt(MatMul.NT) {
            @Override
            public void backward(Tape.Entry e) {
                MatMul.NN.backward(e);
            }
        }));
        caught(OperationTest::gradients, as(nt, new Spoilt(MatMul.NT) {
            @Override
            public void backward(Tape.Entry e) {
                MatMul.TT.backward(e);
            }
        }));
    }

    @Test
    void aMeanThatIsASumInItsBackward() {
        caught(OperationTest::gradients, as(Mean.OPERATION, new Spoilt(Mean.OP) {
            @Override
            public void backward(Tape.Entry e) {
                Sum.OP.backward(e);
            }
        }));
        caught(OperationTest::gradients, as(SoftmaxCrossEntropy.OPERATION, new Spoilt(SoftmaxCrossEntropy.MEAN) {
            @Override
            public void backward(Tape.Entry e) {
                super.backward(e);
                // A fused loss without its minus sign.
                for (int i = 0; i < e.x(0).size(); i++) {
                    e.dx(0).data()[i] = -e.dx(0).data()[i];
                }
            }
        }));
    }

    @Test
    void aBiasThatIsForgotten() {
        caught(OperationTest::gradients, as(Linear.OPERATION, new Spoilt(Linear.PLAIN) {
            @Override
            public void backward(Tape.Entry e) {
                super.backward(e);
                e.dx(2).data()[18] = 0;
            }
        }));
    }

    @Test
    void inputsThatAreWritten() {
        caught(OperationTest::nothingElseIsWritten, as(Relu.OPERATION, new Spoilt(Relu.OP) {
            @Override
            public void forward(Tape.Entry e) {
                super.forward(e);
                System.arraycopy(e.y().data(), 0, e.x(0).data(), 0, e.y().size());
            }
        }));
        caught(OperationTest::nothingElseIsWritten, as(Relu.OPERATION, new Spoilt(Relu.OP) {
            @Override
            public void backward(Tape.Entry e) {
                super.backward(e);
                e.x(0).data()[e.y().size()] = 0;
            }
        }));
    }

    @Test
    void somethingLeftFromLastTime() {
        caught(OperationTest::nothingIsLeft, as(Add.OPERATION, new Spoilt(Add.OP) {
            @Override
            public void forward(Tape.Entry e) {
                float[] last = e.scratch(0, 1);
                super.forward(e);
                e.y().data()[0] += last[0];
                last[0] = e.y().data()[0];
            }
        }));
    }

    @Test
    void shapesThatAreNotChecked() {
        caught(OperationTest::wrongShapes, as(MeanSquaredError.OPERATION, new Spoilt(MeanSquaredError.MEAN) {
            @Override
            public Shape shape(Object attribute, Shape... inputs) {
                return Shape.SCALAR;
            }
        }));
        caught(OperationTest::wrongShapes, as(MeanSquaredError.OPERATION, new Spoilt(MeanSquaredError.MEAN) {
            @Override
            public Shape shape(Object attribute, Shape... inputs) {
                try {
                    return super.shape(attribute, inputs);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(name() + ": shapes differ", e);
                }
            }
        }));
        // (n) against (n, 1) has the same number of elements.
        caught(OperationTest::wrongShapes, as(MeanSquaredError.OPERATION, new Spoilt(MeanSquaredError.MEAN) {
            @Override
            public Shape shape(Object attribute, Shape... inputs) {
                return inputs[0].size() == inputs[1].size() ? Shape.SCALAR : super.shape(attribute, inputs);
            }
        }));
    }

    @Test
    void vacuousGradientChecks() {
        Operation constant = as(Tanh.OPERATION, new Spoilt(Tanh.OP) {
            @Override
            public void backward(Tape.Entry e) {
                Arrays.fill(e.dx(0).data(), 0);
            }

            @Override
            public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
                return Real.of(new double[x[0].length]);
            }
        });
        assertTrue(caught(OperationTest::gradients, constant).getMessage().contains("vacuous"));
        Operation nothing = new Operation(Tanh.OP, Operation.Kind.ACTIVATION, "", Tanh.OPERATION.bound(),
                List.of(Operation.Case.of(Operation.Range.of(-1, 1, 3).constant())));
        assertTrue(caught(OperationTest::gradients, nothing).getMessage().contains("vacuous"));
        // The exact meaning itself is NaN: no tolerance may let that pass.
        Operation nan = as(Tanh.OPERATION, new Spoilt(Tanh.OP) {
            @Override
            public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
                Real[] y = super.exact(attribute, shapes, x);
                y[y.length - 1] = Real.of(Double.NaN);
                return y;
            }
        });
        caught(OperationTest::gradients, nan);
        caught(OperationTest::forwardWithinBound, nan);
    }
}
