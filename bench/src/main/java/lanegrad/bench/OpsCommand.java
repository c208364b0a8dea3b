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
        String indent = " ".repeat(24);
        Operation.Kind kind = null;
        for (Operation o : Operations.ALL) {
            if (o.kind() != kind) {
                kind = o.kind();
                terminal.out.println();
                terminal.out.println(terminal.bold(kind.toString()));
            }
            // A long name has its line to itself.
            terminal.out.printf("  %-22s%s%s%n", o.op().name(), o.op().name().length() > 21 ? "\n" + indent : "",
                    o.formula());
            terminal.out.println(indent + o.derivative());
            terminal.out.println(indent + "domain:  " + o.domain());
            terminal.out.println(indent + "special: " + o.special());
            terminal.out.println(indent + "error:   " + o.bound().text()
                    + (o.slope() == null ? "" : "; slope " + o.slope().text()));
            terminal.out.println(indent + "cost:    " + o.cost());
        }
        return 0;
    }
}
