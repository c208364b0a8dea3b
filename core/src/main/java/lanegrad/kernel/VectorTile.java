package lanegrad.kernel;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// A tile of C in vector registers: the innermost loop of [Gemm].
///
/// A tile is MR rows by NR vectors of C. For each p it loads NR vectors of B, broadcasts MR floats of A, and
/// issues MR x NR independent fused multiply-adds. 4 x 4 of 512 bits:
///
///              b0   b1   b2   b3        one row of B, 4 vectors
///      x=a0   c00  c01  c02  c03
///      x=a1   c10  c11  c12  c13        16 accumulators
///      x=a2   c20  c21  c22  c23      + 4 vectors of B
///      x=a3   c30  c31  c32  c33      + 2 broadcasts = 22 registers of 32
///
/// **Which tiles.** Counted on a Zen 4 core, which splits an operation on 512 bits into two halves: two of its four
/// pipes do multiply-adds, so a step takes `MR NR` cycles on 512 bits and half of that on 256, if nothing else is in
/// the way. In the way are: six instructions a cycle at most, of which a row takes two beside its multiply-adds, an
/// index and a broadcast, so that on 256 bits NR = 1 leaves none for anything else, and 8 x 2 takes 43 of 48 (36 where
/// the distance of A's rows is a constant, and its rows need no index of their own); two loads a cycle, or one of 512
/// bits; and the latency of a multiply-add, four cycles, which wants eight accumulators at least. Each row of A has
/// its own index, and x86 has 16 registers for those; of taller tiles C2 parks the rest in vector registers.
///
/// **Zen 5**, and other cores that do two multiply-adds and two loads of 512 bits a cycle, halve the cycles of a tile
/// of 512 bits, so that loads count: a load that crosses a line takes two turns, and nearly all do, as arrays begin
/// 16 bytes into a line. 4 x 4 has 8 cycles of multiply-adds and 6 of loads, measured 8.0 while B is in L1; 12 x 2 has
/// 12 and 8; 16 x 1 has 8 and 9. From L2 its 256 bytes a step slow 4 x 4 down to 9.7 cycles, so deep products take
/// 12 x 2. Half-empty vectors of 512 bits cost what full ones of 256 do, so few columns take one vector, and tall
/// tiles.
///
/// **Few instructions.** On Zen 4 8 x 2 of 512 bits issues 36 or 43 instructions in the 16 cycles of a step, 6 x 4 of
/// 256 bits 45 in 12. On an idle core they are level. What another program, or another machine's, runs on the core's
/// second hardware thread takes instructions away: in busy hours the first was 15 to 25% faster (medians: 32 x 64 x 32
/// 1.42 and 1.70 µs, 100 x 64 x 32 4.46 and 5.61). 12 x 2 is no better there.
///
/// **Broadcasts are of ints.** `vbroadcastss` from memory takes a load and one of the pipes of multiply-adds;
/// `vpbroadcastd`, the same for 32-bit integers, is a load and nothing else: a multiply-add and a broadcast on 512
/// bits take 1.35 and 1.01 cycles. The bits are the same, and C2 emits the one for `IntVector.broadcast` of a
/// float's bits in memory, the other for `FloatVector.broadcast`. It makes 16 columns 12% faster (1437 x 64 x 16:
/// 34.6, 30.4 µs with 6 x 2; 29.2 with 8 x 2, which is no gain without it) and is level where NR = 4 gives a
/// broadcast enough to do.
///
/// | registers | vectors | columns | tile |
/// |---|---|---|---|
/// | 32 | 512 bits, whole | 64, to a depth of 96 | 4 x 4; 5 x 4 for 5, 9 and 10 rows |
/// | 32 | 512 bits, whole | 64, deeper, and 32 | 12 x 2; 8 x 2 and 4 x 2 for the rest |
/// | 32 | 512 bits, whole | 17 to 31 | 8 x 2, and 4 x 2 for the rest |
/// | 32 | 512 bits, whole | 8 to 16 | 16 x 1; 8 x 1 and 4 x 2 of 256 bits for the rest |
/// | 32 | 512 bits, as halves | 64 | 4 x 4; 5 x 4 for 5, 9 and 10 rows |
/// | 32 | 512 bits, as halves | 32 | 8 x 2, and 4 x 2 for the rest; for 5, 9 and 10 rows 5 x 4 and 4 x 4 of 256 bits |
/// | 32 | 256 bits | 10 | 8 x 10, where the last two columns of four rows share a vector; 4 x 2 for the rest |
/// | 32 | 256 bits | 9 to 16 | 8 x 2, and 4 x 2 for the rest |
/// | 32 | 256 bits | up to 8 | 8 x 1; 4 x 2 of 128 bits for the rest |
/// | 32 | at most 128 bits | 16 | 6 x 4, and 4 x 4 for what 6 leaves |
/// | 32 | at most 128 bits | 5 to 8, and fewer | 8 x 2 and 4 x 2; 4 x 2 |
/// | 16 | 256 bits | 9 to 16 | 6 x 2: 12 + 2 + 2 = 16 registers; 4 x 2 for the rest, and A^T of unknown distance |
/// | 16 | 256 bits | the same, 5, 9 and 10 rows | 5 x 2; 4 x 2 for the other 4 of 9 |
/// | 16 | 256 bits | 5 to 8, and fewer | 8 x 1; 4 x 2 of 128 bits for the rest; 4 x 2 |
/// | 16 | 128 bits | 5 to 8, and fewer | 6 x 2, 5 x 2 and 4 x 2; 4 x 2 |
/// | any | 128 bits | up to 8 | 1 x 2: single rows |
/// | any | a quarter of the panel | more | 1 x 4: single rows, four chains to hide the 4 cycles of an fma |
/// | any | 256 bits, 512 bits | 64, 128 | 1 x 8: up to three rows; with 256 bits also 1 x 4 for 32 columns |
///
/// **The last columns.** AVX-512 stores them under a mask. Elsewhere there are no mask registers, and a masked store
/// is a call that makes objects where the whole vector would leave the array: the ten columns of 32 x 64 x 10 took 2.75
/// µs. There the number of columns is a constant of the tile, and the last L columns are one vector, blended from two
/// and turned: 1.86 µs (and 1.31 since B is packed by whole vectors).
///
/// **Copies.** A tile is a class that is copied for each [Form] by [HiddenCopy]: the form is a constant of the
/// copy, and its cases cost nothing at run time. Panels that want the same copy share it.
///
/// **What the JIT wants of these methods.** (1) Many calls. A method that is replaced on the stack in the middle of the
/// loop over p gets its accumulators from the interpreter as objects, and they stay objects: 0.7 GFLOP/s until it has
/// been called some hundred times, for seconds with the loop over row tiles inside. (That was 4 x 4, at first. With 16
/// registers 20 products of 512 x 512 x 512 in a fresh JVM take 0.9 to 1.3 s, 3,200 steps of a 64-32-10 network 2.2 to
/// 2.9, with that loop inside and outside alike.) (2) Nothing in them but calls of the Vector API, which C2 always
/// inlines. Own helpers, however small, are refused from some 18,000 nodes on, and a vector that crosses a call is
/// boxed. (3) Indices into A that are a constant away from a sum with p: C2 then checks them once before the loop. With
/// `p * aColumn` it checked each of them in each step and ran out of registers for them; 256 x 256 x 256 reached 77% of
/// peak, and 94% without. (4) No second step in the loop over p: unrolled by two, 6 x 2 ran at two thirds of its speed,
/// with AVX2 at less than half, unless fences order its loads. Only 6 x 2 with them, and 8 x 10, which has ten
/// accumulators for 32 registers, gain by it. (5) No more of it than C1 can take: where it runs out of virtual
/// registers ("COMPILE SKIPPED" in `-XX:+PrintCompilation`), a method that was first compiled without profiling stays
/// so for ever, at a hundredth of its speed. 12 x 2 and 16 x 1 with a mask at each store are too much, 8 x 2 was in
/// some forms (NN 1437 x 96 x 9 in a fresh JVM: 12 ms, 38 µs now). (6) Indices that it can see not to overflow:
/// [#BOUNDED].
///
/// **Beginning and end** of a tile are 220 (4 x 4) to 450 instructions (8 x 10), checks of indices before the loop and
/// at the stores above all. The loop's last multiply-adds hide a part of them; what is left of 32 x 64 x n beside the
/// loops and the call is 30 cycles a tile with 4 x 4 and 8 x 2 of 512 bits, 50 with 8 x 2 of 256, 90 with 8 x 10. The
/// short tiles for 16 registers go over rows and over several panels in one call, and share what depends on neither.
///
/// **NaN.** The last lines add all of the tile up, beside the stores and on pipes that are idle then: the sum is NaN
/// if an element is (or for opposite infinities, which does no harm). A second pass over C for the rare NaN would read
/// all of it again.
abstract class VectorTile {
    /// What a copy of a tile is made for.
    ///
    /// @param aRow the distance of two rows of op(A) where it is a constant, else 0
    /// @param aColumn the distance of two columns of op(A) where it is a constant, else 0; one of the two is 1
    /// @param fresh whether all rows begin with the same row of `start`
    /// @param ldb the distance of two rows of B where it is a constant: less than the tile's width, or one, two, four
    ///        or eight times that; else 0
    /// @param columns 0 if all are stored; [#MASKED]; or, where there are no mask registers, how many
    /// @param packs whether B is copied on the way; only of [VectorTile12x2], and the tiles of 6, 5 and 4 rows by 2
    ///        vectors
    /// @param wide whether it goes on with the next panels: k rows behind if B is packed, its rows as far apart as a
    ///        panel is wide, else beside; only of the tiles of 6, 5 and 4 rows by 2 vectors, [VectorTile1x4] and
    ///        [VectorTile1x2]
    /// @param stacked whether it goes on with the rows below, as many times as it is told; only of the tiles of 6, 5
    ///        and 4 rows by 2 vectors
    /// @param round how many steps a round of the loop over p has, 1, 2 or 4; more than 1 only of [VectorTile6x2]
    record Form(VectorSpecies<Float> species, int aRow, int aColumn, boolean fresh, int ldb, int columns,
            boolean packs, boolean wide, boolean stacked, int round) {
    }

    private record Copy(Class<? extends VectorTile> template, Form form) {
    }

    /// Of the columns those are stored that [#run] is asked for, under a mask.
    static final int MASKED = -1;

    /// Whether there are 16 registers only. Steps of the tiles for them have few cycles for their instructions, so
    /// these tiles tell C2 the bounds of p and of where rows of A begin. It then sees that no sum of the two overflows,
    /// adds what does not depend on p to the array's address, before the loop, and leaves p, or a multiple, for an
    /// index. (A lower bound alone does not do, nor does the result of `Objects.checkIndex`.) What is left of the loads
    /// of A is ready at once, and C2 would do them first, in registers that are not there: so a fence stands before
    /// them, which on x86 is no instruction. (It is one on ARM, which has 32 registers.) With 32 registers and 512 bits
    /// bounds take up to 7% off 64 x 64 x 64 beside other work and up to 2% alone, and steps of a 64-128-10 network
    /// take 2 to 4% more; calls that go on with the rows below take that off, too, but 3 to 5% more for 256 x 256 x
    /// 256, and twice the time until a fresh JVM has compiled 12 x 2 (5.6 s in place of 2.9; Zen 5).
    static final boolean BOUNDED = Backend.VECTOR.registers() < 32;
    /// The most steps of a tile.
    static final int DEEPEST = BOUNDED ? 1 << 20 : Integer.MAX_VALUE;
    /// Where the last row of A may begin: DEEPEST times the largest constant distance of rows, 128, from there is an
    /// int.
    static final int LAST = BOUNDED ? Integer.MAX_VALUE - 128 * DEEPEST : Integer.MAX_VALUE;
    /// All bits but the sign: for C2, what passed through them is not negative.
    static final int NATURAL = BOUNDED ? Integer.MAX_VALUE : -1;

    /// All that were ever wanted; there are not more than a machine's tiles have forms.
    private static final Map<Copy, VectorTile> COPIES = new ConcurrentHashMap<>();

    VectorTile() {
    }

    /// The copy of a tile for a form, made when first wanted.
    static VectorTile copy(Class<? extends VectorTile> template, Form form) {
        return COPIES.computeIfAbsent(new Copy(template, form),
                wanted -> HiddenCopy.of(wanted.template, wanted.form, VectorTile.class));
    }

    /// Multiplies MR rows of op(A) by NR vectors of B; if the form is wide, by those of several panels in turn; and if
    /// it is stacked, the next MR rows likewise.
    ///
    /// @param tiles how many times MR rows, 1 unless the form is stacked
    /// @param lda distance of two rows of A as it is stored
    /// @param columns that are stored, if the form is masked; of all panels, if it is wide
    /// @param rectified whether negative results become 0 before they are stored; not part of the form, since each
    ///        form costs a start-up 0.1 s of compilation, and a branch after the loop costs nothing
    /// @param copy where the rows of B are copied to as they are read, one behind the other, if the form packs
    /// @return whether an element may be NaN
    abstract boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt);
}
