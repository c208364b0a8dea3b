package lanegrad.bench;

import java.util.concurrent.Callable;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import picocli.CommandLine.Command;

/// `lanegrad ops`: the table of all operations, from the registry.
@Command(name = "ops", mixinStandardHelpOptions = true,
        description = "Print the table of operations: formula, derivative, domain, special values, error bound, cost.")
final class OpsCommand implements Callable<Integer> {
    private final Terminal terminal;

    OpsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Operation.Kind kind = null;
        for (Operation o : Operations.ALL) {
            if (o.kind() != kind) {
                kind = o.kind();
                terminal.out.println();
                terminal.out.println(terminal.bold(kind.toString()));
            }
            terminal.out.printf("  %-22s %s%n", o.op().name(), o.formula());
            terminal.out.printf("  %-22s %s%n", "", o.derivative());
            terminal.out.printf("  %-22s domain:  %s%n", "", o.domain());
            terminal.out.printf("  %-22s special: %s%n", "", o.special());
            terminal.out.printf("  %-22s error:   %s%s%n", "", o.bound().text(),
                    o.slope() == null ? "" : "; slope " + o.slope().text());
            terminal.out.printf("  %-22s cost:    %s%n", "", o.cost());
        }
        return 0;
    }
}
