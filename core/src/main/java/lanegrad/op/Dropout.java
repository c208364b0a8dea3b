package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Lanes;
import lanegrad.kernel.Sums;
import lanegrad.math.SplitMix;

/// Drops each element with probability p and scales the others, so that the mean stays: `y[i] = kept(key, i) ?
/// x[i] / (1 - p) : 0`.
///
/// The operation always drops. A network in evaluation, where dropout is the identity, does not record it.
///
/// **Mask.** `kept(key, i)` is a function of the key and the position alone: whether `mix(mix(i + k0) xor k1) >>> 8` is
/// at least the integer nearest to `p 2^24`. k0 and k1 are the lower and the upper half of the first word of
/// [SplitMix] for the key; `mix` is two multiplications between three shifts, a bijection of 32 bits. No generator is
/// advanced, so neither the width of the hardware nor the number of threads has a part in it, and backward computes
/// the mask again instead of keeping it.
///
/// **Key.** Each use brings a [Key]. Whoever trains holds one per use and gives it a new value before each step, a
/// random one or the next number: a new object every time would be garbage. Forward notes the value, so a key may
/// change before backward.
///
/// **Shapes.** Any; that of x.
///
/// **Derivative.** `dx[i] = kept(key, i) ? dy[i] / (1 - p) : 0`.
///
/// **Domain.** Every float; p from 0 to 1. **Special values.** p = 0 is the identity, p = 1 gives zeros; NaN and
/// infinity where dropped give 0, and so does their gradient.
///
/// **Error.** The factor 1 / (1 - p) is rounded, and the product: `1.5 ulp`; none for p = 0.5.
///
/// **Cost.** 18 integer operations, a multiplication and a blend; backward the same.
///
/// **Source.** N. Srivastava et al., *Dropout*, JMLR 15 (2014); counters for generators: J. Salmon et al., *Parallel
/// random numbers: as easy as 1, 2, 3*, SC 2011; the constants of `mix`, found by search for the least bias: C.
/// Wellons, *Hash function prospector*, `lowbias32`. Not for secrets.
public final class Dropout implements Op {
    /// Half of all elements.
    public static final Dropout OP = new Dropout(0.5f);
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y[i] = kept(key, i) ? x[i] / (1 - p) : 0
            derivative: dx[i] = kept(key, i) ? dy[i] / (1 - p) : 0
            domain: every float; p from 0 to 1
            special: p = 0 is the identity, p = 1 gives zeros; NaN and infinity where dropped give 0
            cost: 18 integer operations, a multiplication and a blend; backward the same
            """,
            Operation.Bound.ulps(1.5),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19)).with(new Key(0)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 3)).with(new Key(3))));

    private static final int BITS = 24;
    private static final int FIRST = 0x21f0_aaad;
    private static final int SECOND = 0x735a_2d97;

    private final float p;
    private final int threshold;
    private final float scale;

    /// An operation that drops with this probability. Keep it: a tape reuses the buffers of an operation that it meets
    /// again.
    ///
    /// @throws IllegalArgumentException for a probability outside of 0 to 1
    public Dropout(float p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: the probability of dropping, p, is " + p
                    + "; give a number from 0 (keep all) to 1 (drop all)");
        }
        this.p = p;
        this.threshold = (int) Math.rint(p * (double) (1 << BITS));
        // With p = 1 nothing is kept, and the factor is not used.
        this.scale = p == 1 ? 0 : (float) (1 / (1 - (double) p));
    }

    /// What decides which elements are dropped: 64 bits. Belongs to whoever records; give each use of dropout in a step
    /// its own, and a new value at every step.
    public static final class Key {
        private long value;

        /// A key of this value.
        public Key(long value) {
            this.value = value;
        }

        /// Replaces the value, for instance by the next of a generator that is split off for dropout.
        public void set(long value) {
            this.value = value;
        }

        /// The value.
        public long value() {
            return value;
        }

        @Override
        public String toString() {
            return "key " + Long.toHexString(value);
        }
    }

    /// Drops elements of `x` as `key` says.
    public Var apply(Var x, Key key) {
        return Tape.of(x).recordWith(this, key, x);
    }

    /// Drops half of the elements of `x`.
    public static Var of(Var x, Key key) {
        return OP.apply(x, key);
    }

    /// The probability of dropping.
    public float p() {
        return p;
    }

    /// Whether element `i` is kept under a key of this value.
    public boolean keeps(long key, int i) {
        return kept(SplitMix.first(key), i);
    }

    private boolean kept(long word, int i) {
        return mix(mix(i + (int) word) ^ (int) (word >>> 32)) >>> 32 - BITS >= threshold;
    }

    private static int mix(int h) {
        h ^= h >>> 16;
        h *= FIRST;
        h ^= h >>> 15;
        h *= SECOND;
        return h ^ h >>> 15;
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (!(attribute instanceof Key)) {
            throw new IllegalArgumentException("dropout: x has shape " + inputs[0] + ", the key is missing; record it "
                    + "with a Dropout.Key");
        }
        return inputs[0];
    }

    @Override
    public void forward(Tape.Entry e) {
        long key = ((Key) e.attribute()).value();
        float[] noted = e.scratch(0, 4);
        // 16 bits a float: as the bits of a float they could be those of a NaN, which not every machine hands on.
        for (int i = 0; i < 4; i++) {
            noted[i] = key >>> 16 * i & 0xffff;
        }
        run(e.backend(), key, e.x(0).data(), e.y().data(), false, e.y().size());
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] noted = e.scratch(0, 4);
            long key = 0;
            for (int i = 0; i < 4; i++) {
                key |= (long) noted[i] << 16 * i;
            }
            run(e.backend(), key, e.dy().data(), e.dx(0).data(), e.adds(0), e.y().size());
        }
    }

    private void run(Backend backend, long key, float[] x, float[] y, boolean add, int n) {
        long word = SplitMix.first(key);
        int i = backend == Backend.VECTOR ? Vectors.run(word, threshold, scale, x, y, add, n) : 0;
        for (; i < n; i++) {
            float v = kept(word, i) ? x[i] * scale : 0;
            y[i] = Sums.canonical(add ? y[i] + v : v);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        long key = ((Key) attribute).value();
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i++) {
            y[i] = keeps(key, i) ? x[0][i].over(1 - (double) p) : Real.ZERO;
        }
        return y;
    }

    private static final class Vectors {
        static final VectorSpecies<Float> S = Lanes.SPECIES;
        static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());

        // Whole vectors; returns where they end.
        static int run(long word, int threshold, float scale, float[] x, float[] y, boolean add, int n) {
            IntVector at = IntVector.zero(I).addIndex(1).add((int) word);
            int k1 = (int) (word >>> 32);
            int i = 0;
            for (; i < S.loopBound(n); i += S.length()) {
                IntVector h = at;
                h = h.lanewise(VectorOperators.LSHR, 16).lanewise(VectorOperators.XOR, h).mul(FIRST);
                h = h.lanewise(VectorOperators.LSHR, 15).lanewise(VectorOperators.XOR, h).mul(SECOND);
                h = h.lanewise(VectorOperators.LSHR, 15).lanewise(VectorOperators.XOR, h)
                        .lanewise(VectorOperators.XOR, k1);
                h = h.lanewise(VectorOperators.LSHR, 16).lanewise(VectorOperators.XOR, h).mul(FIRST);
                h = h.lanewise(VectorOperators.LSHR, 15).lanewise(VectorOperators.XOR, h).mul(SECOND);
                h = h.lanewise(VectorOperators.LSHR, 15).lanewise(VectorOperators.XOR, h)
                        .lanewise(VectorOperators.LSHR, 32 - BITS);
                FloatVector v = FloatVector.fromArray(S, x, i).mul(scale)
                        .blend(0, h.compare(VectorOperators.LT, threshold).cast(S));
                v = add ? FloatVector.fromArray(S, y, i).add(v) : v;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
                at = at.add(S.length());
            }
            return i;
        }
    }
}
