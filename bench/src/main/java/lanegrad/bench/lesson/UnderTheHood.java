package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Relu;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.op.Sum;
import lanegrad.optim.Sgd;

/// Chapter 11: the same step on the scalar and the vector kernels, and where its time goes.
final class UnderTheHood extends Chapter {
    private final List<List<String>> parts = new ArrayList<>();

    UnderTheHood(Lesson lesson) {
        super(lesson, 11, "Under the hood");
    }

    @Override
    void write() {
        prose("""
                What takes a computer's time in all of this? One training step of the network 64-32-10 on 32 digits:
                forward, loss, backward, optimizer.""");
        heading("Twice the same, sixteen at a time");
        prose("""
                Each operation of this engine is there twice. The *scalar* kernel handles one float after the other and
                reads like the formula. The *vector* kernel uses the processor's vector instructions (SIMD: single
                instruction, multiple data) through Java's Vector API and handles 4, 8 or 16 floats at a time, as many
                as the machine has *lanes*. Both do the same roundings in the same order, so both give the same bits,
                and a comparison of the two compares nothing but time.""");
        timedCode("same");
        timedCode("time");
        prose("""
                (Best of rounds of ten steps in a fifth of a second, in a program that has run for a few seconds,
                beside whatever else the machine is doing. `scripts/bench` measures with care.)""");
        heading("Where the time goes");
        timedTable("Microseconds of one step, in parts.", List.of("kernels", "forward and loss", "backward",
                "optimizer", "whole step"), parts);
        prose("Nearly all of it is matrix products, those of the forward pass and a few more backward:");
        code("count");
        question("Why the same bits? Would nearly the same not do?", """
                It would do for learning. But equal bits can be tested exactly: a kernel is right or it is not, with no
                tolerance in which a fault could hide. And a run can be repeated, on another machine, with more
                threads, to the last digit: the sha256 of chapter 10 is the same everywhere for this seed.""");
        question("Why is a sum of floats a matter of order?", """
                Each addition rounds, so (a + b) + c need not be a + (b + c). Vector code that adds in another order
                than scalar code gets other bits. This engine fixes one order that both can do fast.""");
        heading("Floats, exactly");
        code("order");
        heading("Where to read on");
        points("`Tensor`, `Op`, `Tape`: what is computed with, what an operation is, how it is recorded and walked "
                + "back.",
                "`op/Tanh`: an operation whole, its meaning, its two kernels, its slope, its test ranges, in one file.",
                "`kernel/Gemm` and `kernel/VectorGemm`: the matrix product, which is where the time goes.",
                "`op/Linear`, `op/SoftmaxCrossEntropy`: a layer and a loss.",
                "`nn/Trainer`, `optim/Sgd`: epochs, batches, steps.",
                "`bench/lesson`: this lesson, whose code you have been reading.");
        tryThis("lanegrad asm --list", """
                The machine code of any of these kernels, with its multiply-adds counted. `lanegrad doctor` says what
                your machine gives the engine.""");
    }

    // show: same
    // A network, its optimizer and a batch, on one kind of kernels.
    final class Work {
        final Sequential model = Sequential.perceptron(Relu.OP, Init.HE, lesson.random("hood"),
                64, 32, 10);
        final Dataset batch = lesson.split().train().rows(Lesson.naturals(32));
        final Tape tape;
        final Sgd sgd;
        Var loss;

        Work(Backend backend) {
            tape = new Tape(backend, 1);
            sgd = new Sgd(model.parameters(), 0.01f, 0.9f, backend);
        }

        void forward() {
            tape.rewind();
            loss = SoftmaxCrossEntropy.of(model.apply(tape.constant(batch.x())), batch.y());
        }

        void step() {
            forward();
            tape.backward(loss);
            sgd.step();
        }
    }
    // end

    private void same() {
        // show: same
        for (Backend backend : available()) {
            Work work = new Work(backend);
            for (int i = 0; i < 50; i++) {
                work.step();
            }
            print("%-6s %2d at a time: loss after 50 steps %.9f", backend, backend.lanes(),
                    work.loss.value().item());
            print("          weights %s…", work.model.sha256().substring(0, 40));
        }
        // end
    }

    private List<Backend> available() {
        if (Backend.best().backend() == Backend.VECTOR) {
            return List.of(Backend.SCALAR, Backend.VECTOR);
        }
        print("only the scalar kernels run here: %s", Backend.best().why());
        return List.of(Backend.SCALAR);
    }

    private void time() {
        // show: time
        double scalar = 0;
        for (Backend backend : available()) {
            Work work = new Work(backend);
            // Until the JIT has compiled it, or so one hopes.
            for (long start = System.nanoTime(); System.nanoTime() - start < 600e6;) {
                work.step();
            }
            double[] best = {1e9, 1e9, 1e9};
            for (long start = System.nanoTime(); System.nanoTime() - start < 200e6;) {
                double forward = micros(work::forward);
                double both = micros(() -> {
                    work.forward();
                    work.tape.backward(work.loss);
                });
                double step = micros(work::step);
                best[0] = Math.min(best[0], forward);
                best[1] = Math.min(best[1], both);
                best[2] = Math.min(best[2], step);
            }
            print("%-6s %.1f microseconds a step%s", backend, best[2],
                    scalar == 0 ? "" : text(", %.1f times as fast", scalar / best[2]));
            scalar = best[2];
            // hide
            parts.add(List.of(backend.toString().toLowerCase(java.util.Locale.ROOT), text("%.1f", best[0]),
                    text("%.1f", Math.max(0, best[1] - best[0])), text("%.1f", Math.max(0, best[2] - best[1])),
                    text("%.1f", best[2])));
            // shown
        }
        // end
    }

    // show: time
    static double micros(Runnable work) {
        long start = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            work.run();
        }
        return (System.nanoTime() - start) * 1e-3 / 10;
    }
    // end

    private void count() {
        // show: count
        long forward = 2L * 32 * 64 * 32 + 2L * 32 * 32 * 10;
        // Of the first layer nobody wants the slope by its input, the pixels.
        long backward = 2L * 64 * 32 * 32 + 2 * 2L * 32 * 32 * 10;
        print("products forward  %,7d operations", forward);
        print("products backward %,7d operations", backward);
        print("everything else   %,7d or so: a few per unit, per weight and per class",
                32 * (32 + 10 * 20) + 3 * (64 * 32 + 32 + 32 * 10 + 10));
        // end
    }

    private void order() {
        // show: order
        float a = 1e8f;
        float b = -1e8f;
        float c = 1;
        print("(a + b) + c = %.0f", (a + b) + c);
        print("a + (b + c) = %.0f", a + (b + c));

        float[] x = Init.weights(Init.NORMAL, 1437, 1, lesson.random("order of sums")).toArray();
        float up = 0;
        float down = 0;
        for (int i = 0; i < x.length; i++) {
            up += x[i];
            down += x[x.length - 1 - i];
        }
        float engine = Sum.of(lesson.tape().constant(Tensor.of(x, 1437))).value().item();
        print("1437 numbers added from the first %.7f, from the last %.7f", up, down);
        print("by the engine, on any kernels      %.7f", engine);
        // end
    }
}
