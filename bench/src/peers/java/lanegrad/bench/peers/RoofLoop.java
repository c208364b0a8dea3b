package lanegrad.bench.peers;

import lanegrad.bench.jmh.Roof;

/// The rate of fused multiply-adds as a contender: it is timed in each round, so that a change of the clock changes
/// the roof too.
final class RoofLoop implements Contender {
    static final String NAME = "roof";
    private static final int ROUNDS = 1024;

    private float x = 1e-3f;

    /// Floating-point operations of a call.
    static double flops() {
        return Roof.flops(ROUNDS);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void run(int calls) {
        for (int i = 0; i < calls; i++) {
            // Never so; but the JIT cannot know, and must compute it.
            if (Roof.fma(ROUNDS, x) < 0) {
                x = -x;
            }
        }
    }
}
