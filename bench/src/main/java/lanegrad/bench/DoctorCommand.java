package lanegrad.bench;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lanegrad.Backend;
import picocli.CommandLine.Command;

/// `lanegrad doctor`: what this machine and JVM give the engine, and what to do about anything that costs speed.
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Say what this machine and JVM give the engine, and what to do about anything that costs speed.")
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final List<String> advice = new ArrayList<>();

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Backend.Choice best = Backend.best();
        Runtime runtime = Runtime.getRuntime();
        terminal.environment(best.backend(), runtime.availableProcessors(), null);
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        row("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                + System.getProperty("java.vendor") + ", " + System.getProperty("java.vm.info"));
        row("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        row("vector module", module ? "jdk.incubator.vector is loaded" : "jdk.incubator.vector is not loaded");
        row("backend", best.backend().toString().toLowerCase(java.util.Locale.ROOT) + ": " + best.why());
        if (best.backend() == Backend.SCALAR) {
            advice.add("The scalar backend runs because " + best.why() + ".");
        }
        if (module) {
            int bits = 32 * Backend.VECTOR.lanes();
            row("lanes", Backend.VECTOR.lanes() + " floats, " + bits + " bits");
            row("registers", Backend.VECTOR.registers() + " assumed; matrix tiles of "
                    + (Backend.VECTOR.registers() < 32 ? "6 x 2 vectors" : Backend.VECTOR.whole512()
                            ? "4 x 4 and 12 x 2 vectors" : "4 x 4 vectors"));
            if (bits == 512) {
                row("512 bits", Backend.VECTOR.whole512() ? "taken to be done at once" : "done as two halves (Zen 4)");
            }
        }
        boolean fma = Backend.fusedMultiplyAdd();
        row("fused multiply-add", fma ? "an instruction" : "in software, thousands of times slower");
        if (!fma) {
            advice.add("Run on a CPU, or a virtual machine type, that shows the flag 'fma', and drop -XX:-UseFMA.");
        }
        row("cores", String.valueOf(runtime.availableProcessors()));
        row("heap", runtime.maxMemory() / (1 << 20) + " MiB at most");
        flags();
        if (runtime.maxMemory() < 256L << 20) {
            advice.add("The heap is small; -Xmx512m or more leaves room for large matrices.");
        }
        terminal.out.println();
        if (advice.isEmpty()) {
            terminal.out.println("Nothing here costs speed.");
        }
        for (String line : advice) {
            terminal.out.println("- " + line);
        }
        return 0;
    }

    private void flags() {
        HotSpotDiagnosticMXBean hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (hotspot == null || !System.getProperty("java.vm.name").contains("HotSpot")
                && !System.getProperty("java.vm.name").contains("OpenJDK")) {
            advice.add("This JVM is not HotSpot; only HotSpot's C2 compiler turns the vector kernels into SIMD code. "
                    + "Use an OpenJDK build.");
            return;
        }
        StringBuilder shown = new StringBuilder();
        for (String flag : new String[] {"UseAVX", "MaxVectorSize", "UseFMA", "UseSVE", "TieredStopAtLevel",
            "UseJVMCICompiler"}) {
            try {
                String value = hotspot.getVMOption(flag).getValue();
                shown.append(shown.isEmpty() ? "" : ", ").append(flag).append(' ').append(value);
                if (flag.equals("TieredStopAtLevel") && !value.equals("4")) {
                    advice.add("-XX:TieredStopAtLevel=" + value + " keeps the C2 compiler out; vectors stay objects. "
                            + "Drop the flag.");
                }
                if (flag.equals("MaxVectorSize") && hotspot.getVMOption(flag).getOrigin()
                        == com.sun.management.VMOption.Origin.VM_CREATION) {
                    advice.add("-XX:MaxVectorSize=" + value + " was given on the command line; without it the JVM "
                            + "takes the widest vectors of the machine.");
                }
                if (flag.equals("UseAVX") && hotspot.getVMOption(flag).getOrigin()
                        == com.sun.management.VMOption.Origin.VM_CREATION) {
                    advice.add("-XX:UseAVX=" + value + " was given on the command line; without it the JVM takes what "
                            + "the machine has.");
                }
                if (flag.equals("UseJVMCICompiler") && value.equals("true")) {
                    advice.add("The Graal compiler is on; the kernels are written for and measured with C2.");
                }
            } catch (IllegalArgumentException e) {
                // Not a flag of this JVM: of another processor, or of another build.
            }
        }
        row("JVM flags", shown.toString());
    }

    private void row(String what, String value) {
        terminal.out.printf("%-20s %s%n", what, value);
    }
}
