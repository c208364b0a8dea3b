package lanegrad.bench;

import static lanegrad.bench.CommandTest.assertRefused;
import static lanegrad.bench.CommandTest.run;
import static lanegrad.bench.CommandTest.runWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanegrad.bench.Disassembly.Counts;
import lanegrad.bench.Disassembly.Instruction;
import lanegrad.bench.Disassembly.Processor;
import lanegrad.Backend;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `lanegrad asm`: what it reads from the JVM and from objdump, the loops it finds, and its messages.
class AsmCommandTest {
    // As JDK 25 prints it, shortened: a method of C1, the version of C2 that enters in a loop, and the one that
    // counts, of a hidden class.
    private static final String PRINTED = """
            WARNING: Using incubator modules: jdk.incubator.vector

            ============================= C1-compiled nmethod ==============================
            [0.286s][warning][os] Loading hsdis library failed

            Compiled method (c1) 1527 1064       3       \
            lanegrad.kernel.VectorUnaryLoop/0x000000005b051000::forward (117 bytes)
             main code      [0x00007ff53048ff80,0x00007ff5304a0c60] = 68832
            [MachCode]
            [Verified Entry Point]
              0x00007ff53048ff80: ffff ffff
            [Stub Code]
            [/MachCode]
            Compiled method (c2) 1602 1066 %     4       \
            lanegrad.kernel.VectorUnaryLoop/0x000000005b051000::forward @ 19 (117 bytes)
            [Constant Pool (empty)]

            [MachCode]
            [Verified Entry Point]
              # {method} {0x00007ff50840ccd8} 'forward' '([F[FII)V' in 'lanegrad/kernel/VectorUnaryLoop'
              0x00007ff537f31400: 9090
            [Exception Handler]
              0x00007ff537f31402: f4f4
            [/MachCode]
            Compiled method (c2) 1637 1067   !   4       \
            lanegrad.kernel.VectorUnaryLoop/0x000000005b051000::forward (117 bytes)
             main code      [0x00007ff537f314e0,0x00007ff537f31868] = 904
            [Constant Pool]
                         Address          hex4                    hex8
              0x00007ff537f31480:   0x80000000      0x7fc0000080000000

            [MachCode]
            [Instructions begin]
              0x00007ff537f314e0: ;   {other}
              0x00007ff537f314e0: 6690 448b | 5608 443b\s

              0x00007ff537f314e8: ;   {static_call}
              0x00007ff537f314e8: c5f8 77e8\s

              0x00007ff537f314ec: ; ImmutableOopMap {[192]=Oop }
                                  ;*invokestatic valueOf {reexecute=0 rethrow=0 return_oop=1}
                                  ; - jdk.incubator.vector.FloatVector::intoArray@52 (line 3171)
              0x00007ff537f314ec: 0102 0304\s
            [Verified Entry Point]
              0x00007ff537f314f0: c3
            [Exception Handler]
              0x00007ff537f314f1: ;   {runtime_call ExceptionBlob}
              0x00007ff537f314f1: e9f3 faa9
            [/MachCode]
            """;

    // A loop over rows (10) around one over products (20 to 58), which a rare case leaves for 90 and comes back to
    // from there; a loop of additions (68 to 7f); and at a0 the way to the interpreter.
    private static final String X86 = """

            kernel.bin:     file format binary


            Disassembly of section .data:

            0000000000000000 <.data>:
               0:\tmov    DWORD PTR [rsp-0x14000],eax
               7:\tpush   rbp
               8:\tdata16 data16 nop WORD PTR cs:[rax+rax*1+0x0]
              10:\tmov    r11d,r8d
              13:\tvmovq  rax,xmm0
              20:\tvmovups zmm5,ZMMWORD PTR [rax+rdx*4+0x10]
              24:\tvbroadcastss zmm9,DWORD PTR [rax+r10*4+0x10]
              28:\tvfmadd231ps zmm11,zmm9,zmm5
              2c:\tvfmadd213ps zmm12,zmm9,ZMMWORD PTR [rax+rdx*4+0x50]
              30:\tvfmadd231ps zmm13,zmm9,DWORD BCST [rip+0xffffffffffffff00]        # 0xff00
              34:\tvmovdqu64 ZMMWORD PTR [rsp+0x40],zmm13
              3c:\tvfmadd231ss xmm1,xmm2,xmm3
              40:\tcmp    r10d,edi
              43:\tjae    0x90
              48:\tvmovups ZMMWORD PTR [rcx+rdx*4+0x10],zmm12
              4c:\tmov    rsi,QWORD PTR [rsp+0x10]
              50:\tinc    r10d
              54:\tcmp    r10d,r14d
              58:\tjl     0x20
              5c:\tinc    r8d
              60:\tcmp    r8d,ebx
              64:\tjl     10 <.data+0x10>
              68:\tvpmaxsd xmm0,xmm0,XMMWORD PTR [rax+rdx*4+0x10]
              70:\tvaddps ymm2,ymm2,YMMWORD PTR [rax+rdx*4+0x10]
              78:\tadd    edx,0x8
              7c:\tcmp    edx,edi
              7f:\tjl     0x68
              84:\ttest   r10d,r10d
              86:\tjl     0xa0
              88:\tret
              90:\tvmovdqu64 zmm13,ZMMWORD PTR [rsp+0x80]
              98:\tcall   0xffffffffffa64ae0
              9d:\tjmp    0x48
              a0:\tvmovdqu64 ZMMWORD PTR [rsp+0xc0],zmm11
              a8:\tcall   0xffffffffffb43360
              ad:\tjmp    0x68
            """;
    private static final Map<Long, String> NOTES = Map.of(0x98L, "{static_call}", 0x9cL,
            "ImmutableOopMap {}\n*invokestatic valueOf {reexecute=0}", 0xa8L, "{runtime_call UncommonTrapBlob}");

    @Test
    void machineCodeIsReadFromWhatTheJvmPrints() {
        List<MachineCode> all = MachineCode.all(PRINTED);
        assertEquals(List.of(true, false), all.stream().map(MachineCode::osr).toList());
        MachineCode last = all.getLast();
        assertEquals("lanegrad.kernel.VectorUnaryLoop.forward", last.method());
        assertArrayEquals(new byte[] {0x66, (byte) 0x90, 0x44, (byte) 0x8b, 0x56, 0x08, 0x44, 0x3b, (byte) 0xc5,
            (byte) 0xf8, 0x77, (byte) 0xe8, 1, 2, 3, 4, (byte) 0xc3}, last.bytes());
        assertEquals("{static_call}", last.notes().get(8L));
        assertTrue(last.notes().get(12L).contains("\n*invokestatic valueOf "), last.notes().get(12L));
    }

    @Test
    void missingBytesAreNotPassedOver() {
        String cut = PRINTED.replace("  0x00007ff537f314e8: c5f8 77e8 \n", "");
        assertFalse(cut.equals(PRINTED));
        assertThrows(IllegalArgumentException.class, () -> MachineCode.all(cut));
    }

    @Test
    void theHotLoopIsTheInnermostOneWithMostMultiplyAdds() {
        Disassembly code = Disassembly.of(X86, NOTES, Processor.X86);
        List<List<Instruction>> loops = code.innermostLoops();
        assertEquals(2, loops.size(), "not the loop over rows, nor the jumps back from 9d and ad");
        List<Instruction> hot = Disassembly.hottest(loops);
        assertEquals(0x20, hot.getFirst().at());
        assertEquals(List.of(0x58L, 0x90L, 0x98L, 0x9dL), hot.stream().map(Instruction::at).filter(at -> at >= 0x58)
                .toList(), "the rare case lies on a way around the loop");
        assertEquals("17 instructions, 3 fma, 2 loads, 2 broadcasts, 1 store, 2 spills, 5 scalar (1 spill), "
                + "3 branches, 1 call", AsmCommand.counted(Counts.of(hot)));
        List<Instruction> other = loops.get(1);
        assertEquals(List.of(0x68L, 0x70L, 0x78L, 0x7cL, 0x7fL), other.stream().map(Instruction::at).toList());
        assertEquals("5 instructions, 0 fma, 2 loads, 0 broadcasts, 0 stores, 0 spills, 2 scalar, 1 branch",
                AsmCommand.counted(Counts.of(other)));
        assertEquals(other, Disassembly.hottest(List.of(other)));
        assertEquals(List.of(), Disassembly.hottest(List.of()));
    }

    @Test
    void whatMovesToTheStackOnTheWayToTheInterpreterIsNoSpill() {
        Disassembly code = Disassembly.of(X86, NOTES, Processor.X86);
        assertEquals(3, code.instructions().size() - code.returning().size());
        assertEquals(2, Counts.of(code.returning()).of(Disassembly.Kind.SPILL));
        assertEquals(0, Disassembly.of("", Map.of(), Processor.X86).returning().size());
        assertEquals(0, Disassembly.of("", Map.of(), Processor.X86).innermostLoops().size());
    }

    @Test
    void callsAreShownWithWhatTheyCall() {
        List<String> calls = Disassembly.of(X86, NOTES, Processor.X86).instructions().stream().map(Object::toString)
                .filter(text -> text.contains("call")).toList();
        assertEquals(List.of("    98:  call   0xffffffffffa64ae0   ; valueOf",
                "    a8:  call   0xffffffffffb43360   ; UncommonTrapBlob"), calls);
    }

    // Where it stands in a loop of one instruction, as objdump prints it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fmla   v0.4s, v2.4s, v1.4s        | FMA VECTOR
            fmla   v0.4s, v2.4s, v1.s[0]      | FMA VECTOR
            fmla   z0.s, p7/m, z2.s, z1.s     | FMA VECTOR
            fmadd  s0, s1, s2, s3             |
            ldr    q1, [x10, #16]             | LOAD VECTOR
            ldr    s1, [x10, #16]             |
            ldp    q1, q2, [sp, #32]          | SPILL VECTOR
            ldr    x1, [sp, #32]              | SCALAR_SPILL
            ld1r   {v3.4s}, [x1]              | BROADCAST VECTOR
            dup    v3.4s, v4.s[0]             | BROADCAST VECTOR
            str    q5, [x2]                   | STORE VECTOR
            st1w   {z5.s}, p7, [x2]           | STORE VECTOR
            fadd   v3.4s, v4.4s, v5.4s        | VECTOR
            add    w1, w1, #0x4               |
            b.lt   0x20  // b.tstop           | BRANCH
            tbz    w1, #3, 0x20               | BRANCH
            bl     0x20                       | CALL
            """)
    void aarch64IsReadToo(String line, String kinds) {
        Instruction instruction = Disassembly.of("  20:\t" + line, Map.of(), Processor.AARCH64).instructions()
                .getFirst();
        assertEquals(kinds == null ? "" : kinds, String.join(" ",
                instruction.kinds().stream().map(Enum::name).sorted().toList()));
        assertEquals(line.contains("0x20") && !line.startsWith("bl ") ? 0x20 : -1, instruction.target());
    }

    @Test
    void theListHoldsTheTilesAndTheOperations() {
        CommandTest.Run run = run("asm", "--list");
        assertEquals(0, run.code(), run.err());
        for (Operation o : Operations.ALL) {
            if (o.op() instanceof UnaryOp op) {
                assertTrue(run.out().contains("  " + op.name() + " "), op.name());
                assertTrue(run.out().contains("  " + op.name() + " backward "), op.name());
            }
        }
        for (String part : List.of("matrix multiply", "kernel.VectorTile4x2.", "  exp ", "  adam ")) {
            assertTrue(run.out().contains(part), part + " is missing in\n" + run.out());
        }
        assertTrue(AsmKernel.all().size() > 20);
    }

    @Test
    void wrongUsageIsASentenceAndCode2() {
        assertRefused(2, "kernel 'sigmod' is unknown; did you mean sigmoid? --list shows all", run("asm", "sigmod"));
        assertRefused(2, "kernel 'nothing like it' is unknown; --list shows all", run("asm", "nothing", "like", "it"));
        assertRefused(2, "which kernel? 'lanegrad asm --list' shows all", run("asm"));
        assertRefused(2, "--shape is for the kernels of matrix multiply; 'exp' has none",
                run("asm", "exp", "--shape", "NN 1x1x1"));
        assertRefused(2, "--shape: '32x64' is not of the form 'NN 32x64x32'",
                run("asm", tile(), "--shape", "32x64"));
    }

    private static String tile() {
        return AsmKernel.all().values().stream().filter(k -> k.group().equals(AsmKernel.MATRIX)).findFirst()
                .orElseThrow().name();
    }

    /// A tile that needs more registers than there are runs at half its speed, and nothing else tells.
    @ParameterizedTest
    @CsvSource({"tile4x4, 16, 16,", "tile5x4, 20, 16,", "tile6x4, 24, 4,", "tile8x2, 16, 16,", "tile6x2, 24, 8,",
            "tile8x10, 20, 8,", "tile5x2, 10, 8,", "tile4x2, 8, 8,", "tile12x2, 24, 16,", "tile16x1, 16, 16,",
            "tile8x1, 8, 8,", "squares, 16, 16,", "turned, 20, 16,",
            // Rows of A in an unknown distance, of any A^T, which is copied, and of one that is read where it is.
            "tile6x2, 24, 8, NN 96x100x16", "tile6x2, 12, 8, TN 96x200x64", "tile6x2, 12, 8, TN 32x32x16",
            // Rows of B in an unknown distance.
            "tile6x2, 12, 8, NN 12x128x1000"})
    void tilesDoNotSpill(String tile, int fmas, int lanes, String shape) {
        assumeTrue(Backend.best().backend() == Backend.VECTOR && Backend.VECTOR.lanes() >= lanes
                && AsmKernel.all().containsKey(tile));
        assumeTrue(objdump(), "objdump is not installed");
        CommandTest.Run run = shape == null ? run("asm", tile) : run("asm", tile, "--shape", shape);
        assertEquals(0, run.code(), run.err());
        String hot = hotLoop(run.out());
        assertTrue(hot.contains(" " + fmas + " fma, ") && hot.contains(" 0 spills, "), hot);
    }

    /// Under another collector than G1 C2 has other loops. 12 x 2, with no register to spare, kept an accumulator in
    /// memory there.
    @Test
    void tallTilesDoNotSpillUnderTheSerialCollector() throws IOException, InterruptedException {
        assumeTrue(AsmKernel.all().containsKey("tile12x2"));
        assumeTrue(objdump(), "objdump is not installed");
        String hot = hotLoop(runWith("-XX:+UseSerialGC", "asm", "tile12x2", "--shape", "NN 96x64x32"));
        assertTrue(hot.contains(" 24 fma, ") && hot.contains(" 0 spills, "), hot);
    }

    /// With 16 registers nothing is left in the loop of 6 x 2 but 12 multiply-adds, 6 broadcasts and 2 loads a step,
    /// and 5 a round for a multiple of p and the end, whatever the distance of A's rows; 2 or 4 more for that of a
    /// stored A^T, and 4 for copying B. A round has two steps from a depth of 64 on, from 128 four; steps that are left
    /// over have a loop of their own. Nor does it spill, with no register to spare, where all hangs on the order of
    /// loads: other collectors than G1 do not strip-mine loops, and C2 ordered them otherwise. In a JVM of its own, as
    /// one JVM has one collector.
    @ParameterizedTest
    @CsvSource({"tile6x2, 45, NN 96x64x32", "tile6x2, 45, NN 96x67x16", "tile6x2, 25, NT 96x10x32",
        "tile6x2, 45, NT 96x100x48", "tile6x2, 85, NT 96x1024x512", "tile6x2, 85, TT 96x303x64",
        "tile6x2, 27, TN 64x32x32", "tile6x2, 89, TN 128x128x32", "tile6x2, 29, NN 96x64x128",
        "tile5x2, 22, NN 10x64x32", "tile6x2, 85, NN 10x128x32", "tile4x2, 19, NN 64x64x32"})
    void nothingIsLeftInTheLoop(String tile, int instructions, String shape) throws IOException, InterruptedException {
        assumeTrue(AsmKernel.all().containsKey("tile6x2") && Backend.VECTOR.lanes() == 8);
        assumeTrue(objdump(), "objdump is not installed");
        for (String collector : List.of("-XX:+UseG1GC", "-XX:+UseSerialGC")) {
            String hot = hotLoop(runWith(collector, "asm", tile, "--shape", shape));
            assertTrue(hot.startsWith("hot loop: " + instructions + " instructions, ") && hot.contains(" 0 spills, "),
                    collector + ": " + hot);
        }
    }

    /// A method that is renamed would look like one that no product uses.
    @Test
    void everyKernelIsAMethod() throws ClassNotFoundException {
        for (AsmKernel kernel : AsmKernel.all().values()) {
            String[] parts = kernel.method().split("::");
            Class<?> owner = Class.forName(parts[0].replace("*", ""), false, getClass().getClassLoader());
            assertTrue(Arrays.stream(owner.getDeclaredMethods()).anyMatch(m -> m.getName().equals(parts[1])),
                    kernel.name() + ": " + kernel.method());
        }
    }

    /// What the script starts a training run with is left out of what `asm` passes on.
    @Test
    void theScriptsFlagsAreThoseThatAreLeftOut() throws IOException {
        String script = Files.readString(Path.of(System.getProperty("lanegrad.root"), "scripts", "lanegrad"));
        String flags = script.substring(script.indexOf("early=(") + "early=(".length());
        assertEquals(AsmCommand.EARLY, List.of(flags.substring(0, flags.indexOf(")\n")).replace("\"", "").trim()
                .split("\\s+")));
    }

    private static String hotLoop(String printed) {
        return printed.lines().filter(line -> line.startsWith("hot loop: ")).findFirst().orElseThrow();
    }

    private static boolean objdump() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "objdump")));
    }

    @Test
    void aKernelIsCompiledAndShown() {
        assumeTrue(objdump(), "objdump is not installed");
        CommandTest.Run run = run("asm", "RELU");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith("lanegrad.kernel.VectorUnaryLoop.forward of relu, C2, "), run.out());
        String hot = hotLoop(run.out());
        assertTrue(hot.contains(" 0 fma, "), hot);
        assertTrue(hot.contains(" 0 spills, "), hot);
        assertFalse(hot.contains(" 0 loads, ") || hot.contains(" 0 stores, "), hot);
    }
}
