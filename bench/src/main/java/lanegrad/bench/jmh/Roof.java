package lanegrad.bench.jmh;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.kernel.Lanes;

/// What no kernel can beat on one core of this machine: the rate of fused multiply-adds, and that of memory.
///
/// The loops here do nothing else, with the same instructions that the kernels have. A share of such a roof tells
/// what a time cannot: how much is left to gain.
public final class Roof {
    /// Independent chains of [#fma]. An FMA takes 4 cycles or 5 and two may start in each, so 10 keep the units
    /// busy; with the two factors, 12 chains fit into the 16 registers of AVX2, where 16 would spill.
    public static final int CHAINS = 12;

    private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
    private static final int LANES = SPECIES.length();

    private Roof() {
    }

    /// Floating-point operations of `fma(n)`.
    public static double flops(int n) {
        return 2.0 * CHAINS * LANES * n;
    }

    /// `n` rounds of one fused multiply-add in each chain, all in registers.
    ///
    /// @param x a factor, not known to the JIT; each round adds its square to each chain
    /// @return the sum of all chains, so that none of them is dead
    public static float fma(int n, float x) {
        FloatVector f = FloatVector.broadcast(SPECIES, x);
        FloatVector g = FloatVector.broadcast(SPECIES, x);
        // All different, or the JIT would find out that one chain is enough.
        FloatVector c0 = f;
        FloatVector c1 = f.mul(1.01f);
        FloatVector c2 = f.mul(1.02f);
        FloatVector c3 = f.mul(1.03f);
        FloatVector c4 = f.mul(1.04f);
        FloatVector c5 = f.mul(1.05f);
        FloatVector c6 = f.mul(1.06f);
        FloatVector c7 = f.mul(1.07f);
        FloatVector c8 = f.mul(1.08f);
        FloatVector c9 = f.mul(1.09f);
        FloatVector c10 = f.mul(1.1f);
        FloatVector c11 = f.mul(1.11f);
        for (int i = 0; i < n; i++) {
            c0 = f.fma(g, c0);
            c1 = f.fma(g, c1);
            c2 = f.fma(g, c2);
            c3 = f.fma(g, c3);
            c4 = f.fma(g, c4);
            c5 = f.fma(g, c5);
            c6 = f.fma(g, c6);
            c7 = f.fma(g, c7);
            c8 = f.fma(g, c8);
            c9 = f.fma(g, c9);
            c10 = f.fma(g, c10);
            c11 = f.fma(g, c11);
        }
        return c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
    }

    /// `y[i] = x[i]` for `i` below `n`, a multiple of 16; 8 bytes per float, not counting that a cache reads a line
    /// before it is written.
    public static void copy(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, x, i).intoArray(y, i);
        }
    }

    /// `z[i] = s * x[i] + y[i]` for `i` below `n`, a multiple of 16; 12 bytes per float.
    public static void triad(float s, float[] x, float[] y, float[] z, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, s);
        for (int i = 0; i < n; i += LANES) {
            factor.fma(FloatVector.fromArray(SPECIES, x, i), FloatVector.fromArray(SPECIES, y, i)).intoArray(z, i);
        }
    }
}
