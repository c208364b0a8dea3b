package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Copies pieces of B into the order in which the tiles read it, as they are or transposed.
final class VectorPack {
    /// Rows and columns of the square.
    static final int SIDE = 8;

    /// Rows that go to one panel before the next.
    private static final int BESIDE = 8;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    static final VectorShuffle<Float> SWAP1 = VectorShuffle.fromOp(S, i -> i ^ 1);
    static final VectorShuffle<Float> SWAP2 = VectorShuffle.fromOp(S, i -> i ^ 2);
    static final VectorShuffle<Float> SWAP4 = VectorShuffle.fromOp(S, i -> i ^ 4);
    private static final VectorMask<Float> BIT1 = VectorMask.fromLong(S, 0b1010_1010);
    private static final VectorMask<Float> BIT2 = VectorMask.fromLong(S, 0b1100_1100);
    private static final VectorMask<Float> BIT4 = VectorMask.fromLong(S, 0b1111_0000);

    private VectorPack() {
    }

    /// `y[i * ldy + j] = x[i * ldx + j]` for `rows` rows and as many of the columns as make whole vectors; returns
    /// how many. A call of `System.arraycopy` for each row of 64 floats cost 512 x 512 x 512 as a whole 4% more.
    static int rows(int rows, int columns, float[] x, int xAt, int ldx, float[] y, int yAt, int ldy) {
        int whole = S.loopBound(columns);
        for (int i = 0; i < rows; i++) {
            int from = xAt + i * ldx;
            int to = yAt + i * ldy;
            for (int j = 0; j < whole; j += SIDE) {
                FloatVector.fromArray(S, x, from + j).intoArray(y, to + j);
            }
        }
        return whole;
    }

    /// Packs columns of x to panels of `width` columns, a multiple of 8, as [GemmKernel#pack] does, as many of the rows
    /// as lie in x whole, to the end of the last panel; returns how many. To read past a row's end, where the next
    /// begins, saves a loop over the last columns.
    static int panels(int rows, int columns, int width, float[] x, int xAt, int ldx, float[] y, int yAt) {
        int padded = (columns + width - 1) / width * width;
        int room = x.length - padded - xAt;
        int whole = room < 0 ? 0 : Math.min(rows, room / ldx + 1);
        if (padded == width) {
            one(whole, width, x, xAt, ldx, y, yAt);
        } else {
            several(rows, whole, padded, width, x, xAt, ldx, y, yAt);
        }
        return whole;
    }

    // A panel has rows of few vectors, and a loop over them would begin anew for each (32 x 64 x 10 took 1.24 µs in
    // place of 1.07). A method of its own: beside the other loops it was compiled with them before it had run, and
    // kept its vectors as objects from then on (32 x 64 x 10 after 512 x 512 x 512 and 300 x 300 x 300: 1.8 µs).
    private static void one(int rows, int width, float[] x, int xAt, int ldx, float[] y, int yAt) {
        for (int v = 0; v < width; v += SIDE) {
            for (int i = 0; i < rows; i++) {
                FloatVector.fromArray(S, x, xAt + i * ldx + v).intoArray(y, yAt + i * width + v);
            }
        }
    }

    // Some rows at a time, panel by panel. Row by row x is read as it lies, but y is written in as many places as there
    // are panels, often a multiple of 4 KB apart, and they push each other out of L1 while each line is half written:
    // 512 x 512 took 83 µs in place of 42 with 8 rows (4 rows 47, 16 rows 40), 1024 x 1024 345 in place of 188 (4 rows
    // 214, 16 rows 283; Zen 3).
    private static void several(int rows, int whole, int padded, int width, float[] x, int xAt, int ldx, float[] y,
            int yAt) {
        assert width % (2 * SIDE) == 0;
        for (int i = 0; i < whole; i += BESIDE) {
            int end = Math.min(i + BESIDE, whole);
            for (int j = 0, panel = yAt + i * width; j < padded; j += width, panel += rows * width) {
                for (int v = 0; v < width; v += 2 * SIDE) {
                    int to = panel + v;
                    for (int r = i; r < end; r++, to += width) {
                        int from = xAt + r * ldx + j + v;
                        FloatVector.fromArray(S, x, from).intoArray(y, to);
                        FloatVector.fromArray(S, x, from + SIDE).intoArray(y, to + SIDE);
                    }
                }
            }
        }
    }

    /// `y[j * ldy + i] = x[i * ldx + j]` for i and j from 0 to 7, `count` times, the places in x and y each time a step
    /// further.
    ///
    /// Three rounds, with distances d = 1, 2, 4. A round pairs the rows r and r + d, and swaps the elements of
    /// row r that have bit d in their index with those of row r + d that have not. A pair takes one shuffle: the
    /// elements that change places are blended into one vector, which has them all, each in the other's place.
    ///
    /// 31 cycles a square on Zen 4, 0.5 an element; a call for each took 37, and a loop over one row of squares, whose
    /// step is known and whose indices C2 then checks before it, 30 for many squares and 70 to 100 for four in a row.
    /// Where 512 bits are done at once [VectorZip] moves squares of 16 x 16.
    static void squares(int count, float[] x, int xAt, int ldx, int xStep, float[] y, int yAt, int ldy, int yStep) {
        for (int i = 0; i < count; i++, xAt += xStep, yAt += yStep) {
            FloatVector r0 = FloatVector.fromArray(S, x, xAt);
            FloatVector r1 = FloatVector.fromArray(S, x, xAt + ldx);
            FloatVector r2 = FloatVector.fromArray(S, x, xAt + 2 * ldx);
            FloatVector r3 = FloatVector.fromArray(S, x, xAt + 3 * ldx);
            FloatVector r4 = FloatVector.fromArray(S, x, xAt + 4 * ldx);
            FloatVector r5 = FloatVector.fromArray(S, x, xAt + 5 * ldx);
            FloatVector r6 = FloatVector.fromArray(S, x, xAt + 6 * ldx);
            FloatVector r7 = FloatVector.fromArray(S, x, xAt + 7 * ldx);
            FloatVector t;
            t = r1.blend(r0, BIT1).rearrange(SWAP1);
            r0 = r0.blend(t, BIT1);
            r1 = t.blend(r1, BIT1);
            t = r3.blend(r2, BIT1).rearrange(SWAP1);
            r2 = r2.blend(t, BIT1);
            r3 = t.blend(r3, BIT1);
            t = r5.blend(r4, BIT1).rearrange(SWAP1);
            r4 = r4.blend(t, BIT1);
            r5 = t.blend(r5, BIT1);
            t = r7.blend(r6, BIT1).rearrange(SWAP1);
            r6 = r6.blend(t, BIT1);
            r7 = t.blend(r7, BIT1);
            t = r2.blend(r0, BIT2).rearrange(SWAP2);
            r0 = r0.blend(t, BIT2);
            r2 = t.blend(r2, BIT2);
            t = r3.blend(r1, BIT2).rearrange(SWAP2);
            r1 = r1.blend(t, BIT2);
            r3 = t.blend(r3, BIT2);
            t = r6.blend(r4, BIT2).rearrange(SWAP2);
            r4 = r4.blend(t, BIT2);
            r6 = t.blend(r6, BIT2);
            t = r7.blend(r5, BIT2).rearrange(SWAP2);
            r5 = r5.blend(t, BIT2);
            r7 = t.blend(r7, BIT2);
            t = r4.blend(r0, BIT4).rearrange(SWAP4);
            r0 = r0.blend(t, BIT4);
            r4 = t.blend(r4, BIT4);
            t = r5.blend(r1, BIT4).rearrange(SWAP4);
            r1 = r1.blend(t, BIT4);
            r5 = t.blend(r5, BIT4);
            t = r6.blend(r2, BIT4).rearrange(SWAP4);
            r2 = r2.blend(t, BIT4);
            r6 = t.blend(r6, BIT4);
            t = r7.blend(r3, BIT4).rearrange(SWAP4);
            r3 = r3.blend(t, BIT4);
            r7 = t.blend(r7, BIT4);
            r0.intoArray(y, yAt);
            r1.intoArray(y, yAt + ldy);
            r2.intoArray(y, yAt + 2 * ldy);
            r3.intoArray(y, yAt + 3 * ldy);
            r4.intoArray(y, yAt + 4 * ldy);
            r5.intoArray(y, yAt + 5 * ldy);
            r6.intoArray(y, yAt + 6 * ldy);
            r7.intoArray(y, yAt + 7 * ldy);
        }
    }
}
