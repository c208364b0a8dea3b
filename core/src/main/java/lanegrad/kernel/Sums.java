package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;

/// The one order in which this engine sums, whatever the width of the hardware's vectors.
///
/// A range is cut at the largest power of two times [#BLOCK] below its length, and the sums of the two sides
/// are added, recursively. Within a block, element `i` goes to virtual lane `i mod 64`. A lane takes its
/// elements by eights, adds each eight pairwise, and adds the results in ascending order, starting from +0;
/// what is missing of the last eight is +0. Then lanes `j` and `j + 32` are added, then `j` and `j + 16`, down
/// to one. The error grows with the logarithm of the length.
///
/// 64 virtual lanes are four vectors of 512 bits, eight of 256 or sixteen of 128: enough independent additions
/// to hide the latency of one, and the same additions on all. Four eights a block, not more, for the sake of
/// accuracy: 1,392,640 times 0.1f must give 139264.0, and with 8 eights gives 139264.02, with 128 eights
/// 139264.12.
///
/// Source: N. Higham, *The accuracy of floating point summation*, SIAM J. Sci. Comput. 14 (1993); the fixed
/// lanes follow NumPy's pairwise sum.
public final class Sums {
    /// Virtual lanes.
    public static final int LANES = 64;
    /// Elements of eight rows of virtual lanes, which are added pairwise.
    static final int EIGHT = 8 * LANES;
    /// Elements per block.
    public static final int BLOCK = 4 * EIGHT;
    // Where the sums of blocks wait for their partners: one per bit of their count.
    private static final int WAITING = LANES + BLOCK;
    /// Floats of scratch that a sum needs: the virtual lanes, a block, and the sums of blocks.
    public static final int SCRATCH = WAITING + 32;

    private static UnaryLoop scalarLoop;
    private static UnaryLoop vectorLoop;

    private Sums() {
    }

    /// The loops over the elements themselves: their sum is [UnaryLoop#sum].
    public static UnaryLoop loop(Backend backend) {
        if (backend == Backend.SCALAR) {
            return scalarLoop == null ? scalarLoop = UnaryLoop.of(new Identity(), backend) : scalarLoop;
        }
        return vectorLoop == null ? vectorLoop = UnaryLoop.of(new Identity(), backend) : vectorLoop;
    }

    /// Takes in the sum of block number `blocks`, counted from 0: as in a binary counter, it is added to every
    /// waiting sum of as many blocks as it holds itself.
    static void add(float[] scratch, int blocks, float s) {
        int waiting = WAITING + Integer.bitCount(blocks);
        for (int b = blocks; (b & 1) != 0; b >>= 1) {
            s = scratch[--waiting] + s;
        }
        scratch[waiting] = s;
    }

    /// The sum of `blocks` blocks: what still waits, added from the smallest up. No loop but this and the last one
    /// is needed for the recursion above.
    static float total(float[] scratch, int blocks) {
        int waiting = WAITING + Integer.bitCount(blocks);
        float s = blocks == 0 ? 0 : scratch[--waiting];
        while (waiting > WAITING) {
            s = scratch[--waiting] + s;
        }
        return canonical(s);
    }

    /// The sum of the first `count` virtual lanes, pairwise; overwrites them.
    static float tree(float[] lanes, int count) {
        for (int s = count / 2; s > 0; s /= 2) {
            for (int j = 0; j < s; j++) {
                lanes[j] += lanes[j + s];
            }
        }
        return canonical(lanes[0]);
    }

    /// `x`, or the canonical NaN for any NaN. x86 makes NaNs with the sign bit set, ARM without, and either
    /// hands on the payload of one operand or the other: results would differ in bits that mean nothing.
    public static float canonical(float x) {
        return x != x ? Float.NaN : x;
    }

    private static final class Identity implements Unary {
        @Override
        public float scalar(float x) {
            return x;
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return dy;
        }

        @Override
        public Lanes lanes() {
            return new Vectors();
        }
    }

    private static final class Vectors implements Unary.Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x;
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy;
        }
    }
}
