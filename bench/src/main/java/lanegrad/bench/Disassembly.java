package lanegrad.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Instructions as `objdump` prints them, the loops among them, and what kinds of instructions they hold.
///
/// **Loops.** A loop is what the textbooks call a natural loop: a jump back to an instruction that every path to the
/// jump passes through, and all from which that jump is reached without passing it again. Jumps backwards alone
/// would not do: rare cases are moved to the end of a method, and jump back from there into the middle of it. They
/// are counted where they lie on a way around the loop.
///
/// @param instructions in the order of their addresses
record Disassembly(List<Instruction> instructions) {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\s+(\\S.*)");
    private static final Pattern PREFIXES = Pattern.compile(
            "^((lock|repn?z?|bnd|notrack|data16|cs|ds|es|ss) )+(?=\\S)");
    private static final Pattern TARGET = Pattern.compile("(?:.*,\\s*)?(?:0x)?([0-9a-f]+)(?: <.*>)?");
    private static final Pattern STUB = Pattern.compile("\\{runtime_call ([^}]*)}");
    private static final Pattern METHOD = Pattern.compile("\\*invoke\\w+ (\\S+)");
    private static final Pattern NO_RETURN = Pattern.compile("UncommonTrapBlob|[Rr]ethrow|ExceptionBlob");

    /// What an instruction does, as far as it is counted; several may hold.
    enum Kind {
        /// Works on vectors: packed floats or integers, or masks of them.
        VECTOR,
        /// A fused multiply-add of vectors.
        FMA,
        /// Reads a vector from memory, the operand of another instruction or not; the stack apart.
        LOAD,
        /// Makes a vector of one element, from memory or a register.
        BROADCAST,
        /// Writes a vector to memory, the stack apart.
        STORE,
        /// Moves a vector or a float to the stack or from there.
        SPILL,
        /// Moves a number or an address to the stack or from there, or parks it in a vector register.
        SCALAR_SPILL,
        /// Jumps.
        BRANCH,
        /// Calls.
        CALL
    }

    private static final Set<Kind> SPECIAL = EnumSet.of(Kind.VECTOR, Kind.BRANCH, Kind.CALL);

    /// An instruction set: how its assembly is read.
    enum Processor {
        /// With Intel's order of operands, the destination first.
        X86("i386:x86-64") {
            private static final Pattern VECTOR = Pattern.compile("[xyz]mm\\d");
            private static final Pattern FLOAT = Pattern.compile(
                    "(?!v?p).*s[sd]|v?mov[dq]|v?cvtt?s[sd]2.*");
            private static final Pattern MASK = Pattern.compile(
                    "k(mov|and|or|x?nor|xor|not|ortest|test|shift|unpck|add).*");

            @Override
            Set<Kind> kinds(String mnemonic, String operands) {
                if (mnemonic.startsWith("j") || mnemonic.startsWith("loop")) {
                    return EnumSet.of(Kind.BRANCH);
                }
                if (mnemonic.equals("call")) {
                    return EnumSet.of(Kind.CALL);
                }
                Set<Kind> kinds = EnumSet.noneOf(Kind.class);
                boolean broadcast = mnemonic.contains("broadcast") || operands.contains("{1to")
                        || operands.contains(" BCST ");
                boolean registers = VECTOR.matcher(operands).find();
                boolean memory = operands.contains("[");
                if (operands.contains("[rsp")) {
                    kinds.add(registers ? Kind.SPILL : Kind.SCALAR_SPILL);
                } else if (mnemonic.matches("v?mov[dq]") && registers && !memory) {
                    kinds.add(Kind.SCALAR_SPILL);
                }
                if (MASK.matcher(mnemonic).matches()) {
                    kinds.add(Kind.VECTOR);
                }
                if (!registers || !broadcast && FLOAT.matcher(mnemonic).matches()) {
                    return kinds;
                }
                kinds.add(Kind.VECTOR);
                if (mnemonic.matches("vfn?m(add|sub)\\d.*")) {
                    kinds.add(Kind.FMA);
                }
                if (broadcast) {
                    kinds.add(Kind.BROADCAST);
                } else if (memory && !kinds.contains(Kind.SPILL)) {
                    kinds.add(operands.indexOf('[') < operands.replaceFirst(",.*", "").length()
                            ? Kind.STORE : Kind.LOAD);
                }
                return kinds;
            }

            @Override
            boolean endsFlow(String mnemonic) {
                return mnemonic.equals("jmp") || mnemonic.equals("ret") || mnemonic.equals("hlt")
                        || mnemonic.equals("ud2");
            }
        },

        /// NEON, and the Vector API's use of SVE.
        AARCH64("aarch64") {
            private static final Pattern VECTOR = Pattern.compile("\\b(v\\d+\\.\\d+[bhsd]|[zq]\\d)");
            private static final Pattern ANY = Pattern.compile("\\b(v\\d+\\.|[zqds]\\d)");

            @Override
            Set<Kind> kinds(String mnemonic, String operands) {
                if (mnemonic.matches("b|b\\..*|br|cbn?z|tbn?z")) {
                    return EnumSet.of(Kind.BRANCH);
                }
                if (mnemonic.equals("bl") || mnemonic.equals("blr")) {
                    return EnumSet.of(Kind.CALL);
                }
                Set<Kind> kinds = EnumSet.noneOf(Kind.class);
                boolean memory = operands.contains("[");
                boolean stack = operands.contains("[sp");
                if (stack) {
                    kinds.add(ANY.matcher(operands).find() ? Kind.SPILL : Kind.SCALAR_SPILL);
                }
                if (!VECTOR.matcher(operands).find()) {
                    return kinds;
                }
                kinds.add(Kind.VECTOR);
                if (mnemonic.matches("fn?m(la|ls|ad|sb)")) {
                    kinds.add(Kind.FMA);
                }
                if (mnemonic.equals("dup") || mnemonic.startsWith("ld1r")) {
                    kinds.add(Kind.BROADCAST);
                } else if (memory && !stack && (mnemonic.startsWith("ld") || mnemonic.startsWith("st"))) {
                    kinds.add(mnemonic.startsWith("ld") ? Kind.LOAD : Kind.STORE);
                }
                return kinds;
            }

            @Override
            boolean endsFlow(String mnemonic) {
                return mnemonic.matches("b|br|ret|udf|dcps1|brk");
            }
        };

        /// The name that `objdump -m` takes.
        final String name;

        Processor(String name) {
            this.name = name;
        }

        abstract Set<Kind> kinds(String mnemonic, String operands);

        // Whether execution never goes on to the next instruction.
        abstract boolean endsFlow(String mnemonic);
    }

    /// An instruction.
    ///
    /// @param at the offset of its first byte
    /// @param text as `objdump` prints it
    /// @param callee what it calls, where the JVM says so, or the empty string
    /// @param kinds what it does
    /// @param target where it jumps to, or -1
    /// @param falls whether the next instruction may follow
    record Instruction(long at, String text, String callee, Set<Kind> kinds, long target, boolean falls) {
        static Instruction of(long at, String line, String notes, String lastNotes, Processor processor) {
            String text = line.replaceFirst("\\s+(#|//) .*", "").strip();
            String[] words = PREFIXES.matcher(text).replaceFirst("").split("\\s+", 2);
            String operands = words.length == 1 ? "" : words[1];
            Set<Kind> kinds = processor.kinds(words[0], operands);
            boolean jumps = kinds.contains(Kind.BRANCH);
            String callee = jumps || kinds.contains(Kind.CALL) ? callee(notes, lastNotes) : "";
            Matcher target = TARGET.matcher(operands);
            return new Instruction(at, text, callee, kinds,
                    jumps && target.matches() ? address(target.group(1)) : -1,
                    !processor.endsFlow(words[0]) && !NO_RETURN.matcher(callee).find());
        }

        // A rare case may jump to a stub of the JVM instead of calling it. The method of a Java call stands at the
        // call's last byte.
        private static String callee(String notes, String lastNotes) {
            Matcher stub = STUB.matcher(notes);
            if (stub.find()) {
                return stub.group(1);
            }
            Matcher method = METHOD.matcher(lastNotes);
            return !notes.contains("_call}") ? "" : method.find() ? method.group(1) : "a Java method";
        }

        @Override
        public String toString() {
            return String.format("%6x:  %s", at, callee.isEmpty() ? text : text + "   ; " + callee);
        }
    }

    /// What is in a piece of code.
    ///
    /// @param instructions all of them
    /// @param scalar those that neither work on vectors nor jump nor call
    /// @param kinds how many are of each kind
    record Counts(int instructions, int scalar, Map<Kind, Integer> kinds) {
        static Counts of(Collection<Instruction> code) {
            Map<Kind, Integer> kinds = new HashMap<>();
            int scalar = 0;
            for (Instruction i : code) {
                i.kinds().forEach(kind -> kinds.merge(kind, 1, Integer::sum));
                scalar += i.kinds().stream().noneMatch(SPECIAL::contains) ? 1 : 0;
            }
            return new Counts(code.size(), scalar, kinds);
        }

        int of(Kind kind) {
            return kinds.getOrDefault(kind, 0);
        }
    }

    /// Reads the output of `objdump -D --no-show-raw-insn`, with `-M intel` on x86.
    ///
    /// @param notes the JVM's comments, as in [MachineCode]
    static Disassembly of(String objdump, Map<Long, String> notes, Processor processor) {
        List<Matcher> lines = objdump.lines().map(LINE::matcher).filter(Matcher::matches).toList();
        List<Instruction> code = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            long at = address(lines.get(i).group(1));
            long last = i + 1 < lines.size() ? address(lines.get(i + 1).group(1)) - 1 : at;
            code.add(Instruction.of(at, lines.get(i).group(2), notes.getOrDefault(at & ~3, ""),
                    notes.getOrDefault(last & ~3, ""), processor));
        }
        return new Disassembly(code);
    }

    private static long address(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }

    /// The instructions on a way from the entry to a return.
    ///
    /// The others, often more, lead to the interpreter: where an index is out of bounds or a case comes up that the
    /// JIT has not seen, all values are moved to the stack first. They look like spills, and never run.
    List<Instruction> returning() {
        return instructions.isEmpty() ? List.of() : new Flow(instructions).returning();
    }

    /// The loops that hold no other, each in the order of addresses.
    List<List<Instruction>> innermostLoops() {
        return instructions.isEmpty() ? List.of() : new Flow(instructions).innermostLoops();
    }

    /// The loop with the most multiply-adds; if none has any, with the most vector instructions; an empty one of no
    /// loops.
    static List<Instruction> hottest(List<List<Instruction>> loops) {
        List<Instruction> best = List.of();
        long most = -1;
        for (List<Instruction> loop : loops) {
            Counts counts = Counts.of(loop);
            long weight = ((long) counts.of(Kind.FMA) << 40) + ((long) counts.of(Kind.VECTOR) << 20) + loop.size();
            if (weight > most) {
                most = weight;
                best = loop;
            }
        }
        return best;
    }

    // Basic blocks, their successors, and who dominates whom.
    private static final class Flow {
        private final List<Instruction> code;
        private final int[] starts;
        private final List<List<Integer>> successors = new ArrayList<>();
        private final List<List<Integer>> predecessors = new ArrayList<>();
        private final BitSet[] dominators;

        Flow(List<Instruction> code) {
            this.code = code;
            Map<Long, Integer> index = new HashMap<>();
            for (int i = 0; i < code.size(); i++) {
                index.put(code.get(i).at(), i);
            }
            Set<Integer> leaders = new TreeSet<>(List.of(0));
            for (int i = 0; i < code.size(); i++) {
                Instruction instruction = code.get(i);
                if (index.containsKey(instruction.target())) {
                    leaders.add(index.get(instruction.target()));
                }
                if ((instruction.kinds().contains(Kind.BRANCH) || !instruction.falls()) && i + 1 < code.size()) {
                    leaders.add(i + 1);
                }
            }
            starts = leaders.stream().mapToInt(Integer::intValue).toArray();
            for (int b = 0; b < starts.length; b++) {
                successors.add(new ArrayList<>());
                predecessors.add(new ArrayList<>());
            }
            for (int b = 0; b < starts.length; b++) {
                Instruction last = code.get(end(b) - 1);
                if (index.containsKey(last.target())) {
                    connect(b, Arrays.binarySearch(starts, index.get(last.target())));
                }
                if (last.falls() && b + 1 < starts.length) {
                    connect(b, b + 1);
                }
            }
            dominators = dominators();
        }

        private int end(int block) {
            return block + 1 < starts.length ? starts[block + 1] : code.size();
        }

        private void connect(int from, int to) {
            successors.get(from).add(to);
            predecessors.get(to).add(from);
        }

        private BitSet reachable() {
            BitSet reached = new BitSet();
            List<Integer> open = new ArrayList<>(List.of(0));
            while (!open.isEmpty()) {
                int block = open.removeLast();
                if (!reached.get(block)) {
                    reached.set(block);
                    open.addAll(successors.get(block));
                }
            }
            return reached;
        }

        // By repetition until nothing changes; null for what is never reached from the entry. Methods have some
        // hundred blocks.
        private BitSet[] dominators() {
            BitSet reached = reachable();
            BitSet[] sets = new BitSet[starts.length];
            for (int b = reached.nextSetBit(0); b >= 0; b = reached.nextSetBit(b + 1)) {
                sets[b] = (BitSet) reached.clone();
            }
            sets[0] = new BitSet();
            sets[0].set(0);
            for (boolean changed = true; changed;) {
                changed = false;
                for (int b = reached.nextSetBit(1); b >= 0; b = reached.nextSetBit(b + 1)) {
                    BitSet set = (BitSet) reached.clone();
                    for (int p : predecessors.get(b)) {
                        if (sets[p] != null) {
                            set.and(sets[p]);
                        }
                    }
                    set.set(b);
                    if (!set.equals(sets[b])) {
                        sets[b] = set;
                        changed = true;
                    }
                }
            }
            return sets;
        }

        List<Instruction> returning() {
            List<Integer> open = new ArrayList<>();
            for (int b = 0; b < starts.length; b++) {
                if (code.get(end(b) - 1).text().startsWith("ret")) {
                    open.add(b);
                }
            }
            return code(before(open, new BitSet()));
        }

        List<List<Instruction>> innermostLoops() {
            Map<Integer, BitSet> loops = new TreeMap<>();
            for (int b = 0; b < starts.length; b++) {
                for (int head : successors.get(b)) {
                    if (dominators[b] != null && dominators[b].get(head)) {
                        loops.computeIfAbsent(head, h -> new BitSet()).or(body(head, b));
                    }
                }
            }
            List<List<Instruction>> innermost = new ArrayList<>();
            loops.forEach((head, body) -> {
                if (loops.keySet().stream().noneMatch(other -> !other.equals(head) && body.get(other))) {
                    innermost.add(code(body));
                }
            });
            return innermost;
        }

        private BitSet body(int head, int tail) {
            BitSet body = new BitSet();
            body.set(head);
            return before(new ArrayList<>(List.of(tail)), body);
        }

        // Adds all that leads to the open blocks, but not through those in the set.
        private BitSet before(List<Integer> open, BitSet set) {
            while (!open.isEmpty()) {
                int block = open.removeLast();
                if (dominators[block] != null && !set.get(block)) {
                    set.set(block);
                    open.addAll(predecessors.get(block));
                }
            }
            return set;
        }

        private List<Instruction> code(BitSet blocks) {
            return blocks.stream().boxed().flatMap(b -> code.subList(starts[b], end(b)).stream()).toList();
        }
    }
}
