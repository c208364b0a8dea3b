package lanegrad.bench.peers;

import lanegrad.Backend;
import lanegrad.bench.jmh.StepBenchmark.Training;

/// A training step of ours through the public API.
final class OurStep implements Contender {
    /// The learning rate that is timed: the loss hardly moves, see `StepBenchmark`.
    static final float TINY = 1e-8f;

    private final Training training;
    private final int threads;

    OurStep(String work, int threads) {
        this.threads = threads;
        training = new Training(work + " " + threads + " threads", TINY, Backend.VECTOR);
    }

    @Override
    public String name() {
        return threads == 1 ? Row.OURS : Row.OURS + " " + threads + " threads";
    }

    @Override
    public void run(int calls) {
        for (int i = 0; i < calls; i++) {
            training.step();
        }
    }
}
