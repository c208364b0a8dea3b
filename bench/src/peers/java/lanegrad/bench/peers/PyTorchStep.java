package lanegrad.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.bench.jmh.StepBenchmark.Plan;
import lanegrad.bench.jmh.StepBenchmark.Training;

/// The same training step in PyTorch, eager, through DJL.
///
/// The leanest that DJL has: parameters and their gradients stay where they are, each layer is one fused `linear`,
/// the loss is `-sum(onehot * logsoftmax) / batch`, and the optimizer is DJL's native one, one call for each
/// parameter. Data and initial weights are those of ours.
///
/// Each operation passes through JNI and makes a Java object for its result. Eager PyTorch without Java has its own
/// price for each operation instead, in Python or C++.
final class PyTorchStep implements Contender {
    private static final int CHECKED_STEPS = 20;
    private static final float USEFUL = 0.01f;

    private final Engine engine = Engine.getEngine("PyTorch");
    private final NDManager base = engine.newBaseManager();
    private final boolean adam;
    private final float lr;
    private final PtNDArray x;
    private final PtNDArray target;
    private final PtNDArray[] parameters = new PtNDArray[4];
    private final PtNDArray[] gradients = new PtNDArray[4];
    private final PtNDArray[] m = new PtNDArray[4];
    private final PtNDArray[] v = new PtNDArray[4];
    private double power1 = 1;
    private double power2 = 1;

    /// @throws IllegalStateException when PyTorch has another number of threads
    PyTorchStep(String work, float lr, int threads) {
        this.lr = lr;
        Plan plan = Plan.parse(work);
        adam = plan.rule().equals("adam");
        JniUtils.setNumThreads(threads);
        if (JniUtils.getNumThreads() != threads) {
            throw new IllegalStateException("PyTorch runs with " + JniUtils.getNumThreads() + " threads instead of "
                    + threads);
        }
        Training ours = new Training(work, lr, Backend.VECTOR);
        x = array(ours.x().toArray(), plan.batch(), plan.features());
        float[] onehot = new float[plan.batch() * plan.outputs()];
        int[] labels = ours.labels();
        for (int i = 0; i < labels.length; i++) {
            onehot[i * plan.outputs() + labels[i]] = -1f / plan.batch();
        }
        target = array(onehot, plan.batch(), plan.outputs());
        List<Var> vars = ours.parameters();
        for (int i = 0; i < parameters.length; i++) {
            Tensor value = vars.get(i).value();
            // PyTorch keeps the weights of a layer as [out, in].
            parameters[i] = value.shape().rank() == 2 ? array(transposed(value), value.shape().extent(1),
                    value.shape().extent(0)) : array(value.toArray(), value.size());
            parameters[i].setRequiresGradient(true);
            m[i] = (PtNDArray) parameters[i].zerosLike();
            v[i] = (PtNDArray) parameters[i].zerosLike();
        }
    }

    /// Refuses a PyTorch step whose losses, step by step at a useful rate, are not ours but for rounding.
    ///
    /// @throws IllegalStateException naming the first step whose loss differs
    static void check(String work, int threads) {
        Training ours = new Training(work, USEFUL, Backend.VECTOR);
        PyTorchStep theirs = new PyTorchStep(work, USEFUL, threads);
        for (int i = 0; i < CHECKED_STEPS; i++) {
            float expected = ours.loss();
            ours.step();
            float loss = theirs.step(true);
            if (!(Math.abs(loss - expected) <= 1e-4 * Math.abs(expected))) {
                throw new IllegalStateException("PyTorch, step " + i + ": the loss is " + loss + ", ours is " + expected
                        + "; times of steps that disagree are not compared");
            }
        }
        theirs.base.close();
    }

    @Override
    public String name() {
        return "PyTorch";
    }

    @Override
    public void run(int calls) {
        for (int i = 0; i < calls; i++) {
            step(false);
        }
    }

    // The loss is read for the check only: a training loop would not stop for it in every step.
    private float step(boolean read) {
        float value = Float.NaN;
        try (NDManager step = base.newSubManager()) {
            // What is computed from x belongs to the manager of x, and goes when it goes.
            step.tempAttachAll(x);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                PtNDArray hidden = JniUtils.relu(JniUtils.linear(x, parameters[0], parameters[1]));
                PtNDArray logits = JniUtils.linear(hidden, parameters[2], parameters[3]);
                PtNDArray loss = JniUtils.sum(JniUtils.mul(JniUtils.logSoftmax(logits, 1, logits.getDataType()),
                        target));
                gradients.backward(loss);
                if (read) {
                    value = loss.getFloat();
                }
            }
            update();
        }
        return value;
    }

    private void update() {
        power1 *= 0.9;
        power2 *= 0.999;
        float corrected = (float) (lr * Math.sqrt(1 - power2) / (1 - power1));
        for (int i = 0; i < parameters.length; i++) {
            if (gradients[i] == null) {
                gradients[i] = parameters[i].getGradient();
            }
            if (adam) {
                JniUtils.adamUpdate(parameters[i], gradients[i], m[i], v[i], lr, corrected, 0, 1, -1, 0.9f, 0.999f,
                        1e-8f, false);
            } else {
                JniUtils.sgdUpdate(parameters[i], gradients[i], null, lr, 0, 1, -1, 0);
            }
            JniUtils.zeroGrad(parameters[i]);
        }
    }

    private PtNDArray array(float[] values, long... extents) {
        return (PtNDArray) base.create(values, new Shape(extents));
    }

    private static float[] transposed(Tensor value) {
        int rows = value.shape().extent(0);
        int columns = value.shape().extent(1);
        float[] result = new float[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = value.get(i, j);
            }
        }
        return result;
    }
}
