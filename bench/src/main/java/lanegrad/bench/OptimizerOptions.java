package lanegrad.bench;

import java.util.List;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.nn.Objective;
import lanegrad.optim.Adagrad;
import lanegrad.optim.Adam;
import lanegrad.optim.AdamW;
import lanegrad.optim.Clip;
import lanegrad.optim.Optimizer;
import lanegrad.optim.RmsProp;
import lanegrad.optim.Sgd;
import picocli.CommandLine.Option;

/// Options of `lanegrad train`: how a gradient changes the weights.
final class OptimizerOptions {
    private static final String[] NAMES = {"sgd", "rmsprop", "adagrad", "adam", "adamw"};

    @Option(names = "--optimizer", paramLabel = "NAME",
            description = "sgd, rmsprop, adagrad, adam or adamw. Default: sgd.")
    private String optimizer = "sgd";

    @Option(names = "--lr", paramLabel = "RATE",
            description = "Learning rate. Default: 0.2 for sgd (0.05 with half-squared-error; with "
                    + "mean-absolute-error 0.1 per class), 0.05 for adagrad, 0.003 for the others.")
    private Float lr;

    @Option(names = "--momentum", paramLabel = "SHARE",
            description = "Momentum of sgd or rmsprop, 0 for none. Default: 0.9 for sgd, 0 for rmsprop.")
    private Float momentum;

    @Option(names = "--nesterov", description = "Let sgd look ahead along its momentum.")
    private boolean nesterov;

    @Option(names = "--weight-decay", paramLabel = "SHARE",
            description = "Pull of the weights towards 0: added to the gradient, or apart from it with adamw. "
                    + "Default: 0, for adamw 0.01.")
    private Float weightDecay;

    @Option(names = "--clip-norm", paramLabel = "MAX",
            description = "Shorten the gradient of a step to this length. Default: no limit.")
    private Float clipNorm;

    @Option(names = "--clip-value", paramLabel = "MAX",
            description = "Limit each element of the gradient to this magnitude. Default: no limit.")
    private Float clipValue;

    private String name;
    private float usualRate;

    /// @param objective what the steps make small
    /// @param outputs the number of scores that it takes of an example
    void check(Usage usage, Objective objective, int outputs) {
        name = usage.choice("optimizer", optimizer, NAMES);
        usualRate = usualRate(objective, outputs);
        usage.check(lr == null || positive(lr), "--lr", lr, "give a finite number above 0");
        usage.check(momentum == null || momentum >= 0 && momentum < 1, "--momentum", momentum, "give 0 to below 1");
        usage.excludes(name.startsWith("adam"), "--momentum", momentum, name + " has its own; leave the option out");
        usage.excludes(name.equals("adagrad"), "--momentum", momentum, "adagrad has none; leave the option out");
        usage.excludes(!name.equals("sgd"), "--nesterov", nesterov, "it belongs to sgd, not to " + name
                + "; leave it out");
        usage.excludes(momentum() == 0, "--nesterov", nesterov,
                "it looks ahead along the momentum, which is 0; give --momentum, for instance 0.9");
        usage.check(weightDecay == null || weightDecay >= 0 && weightDecay <= Float.MAX_VALUE, "--weight-decay",
                weightDecay, "give a finite number, 0 or more");
        usage.check(clipNorm == null || positive(clipNorm), "--clip-norm", clipNorm, "give a finite number above 0");
        usage.check(clipValue == null || positive(clipValue), "--clip-value", clipValue,
                "give a finite number above 0");
        usage.excludes(clipNorm != null, "--clip-value", clipValue,
                "--clip-norm limits the gradient already; give one of the two");
    }

    private static boolean positive(float x) {
        return x > 0 && x <= Float.MAX_VALUE;
    }

    float rate() {
        return lr != null ? lr : usualRate;
    }

    // Only sgd's step is as long as the gradient, and so as the loss is large. A half squared error is a sum over the
    // outputs, and diverges at 0.2 with ten; the mean absolute error divides by their number what a probability has
    // to give.
    private float usualRate(Objective objective, int outputs) {
        return switch (name) {
            case "sgd" -> switch (objective.name()) {
                case "half-squared-error" -> 0.05f;
                case "mean-absolute-error" -> 0.1f * outputs;
                default -> 0.2f;
            };
            case "adagrad" -> 0.05f;
            default -> 0.003f;
        };
    }

    private float momentum() {
        return momentum != null ? momentum : name.equals("sgd") ? 0.9f : 0;
    }

    private float weightDecay() {
        return weightDecay != null ? weightDecay : name.equals("adamw") ? AdamW.Settings.DEFAULT.weightDecay() : 0;
    }

    /// A new optimizer.
    Optimizer optimizer(List<Var> parameters, Backend backend, int threads) {
        float decay = weightDecay();
        Optimizer chosen = switch (name) {
            case "sgd" -> new Sgd(parameters, rate(), new Sgd.Settings(momentum(), nesterov, decay), backend);
            case "rmsprop" -> new RmsProp(parameters, rate(),
                    RmsProp.Settings.DEFAULT.withMomentum(momentum()).withWeightDecay(decay), backend);
            case "adagrad" -> new Adagrad(parameters, rate(), Adagrad.Settings.DEFAULT.withWeightDecay(decay), backend);
            case "adam" -> new Adam(parameters, rate(), Adam.Settings.DEFAULT.withWeightDecay(decay), backend);
            default -> new AdamW(parameters, rate(), AdamW.Settings.DEFAULT.withWeightDecay(decay), backend);
        };
        chosen.threads(threads);
        chosen.clip(clipNorm != null ? Clip.norm(clipNorm) : clipValue != null ? Clip.value(clipValue) : null);
        return chosen;
    }

    /// For the second line of a run: `sgd with momentum 0.9, learning rate 0.2`.
    String sentence() {
        StringBuilder text = new StringBuilder(name);
        if (momentum() != 0) {
            text.append(nesterov ? " with Nesterov momentum " : " with momentum ").append(momentum());
        }
        text.append(", learning rate ").append(rate());
        if (weightDecay() != 0) {
            text.append(", weight decay ").append(weightDecay());
        }
        if (clipNorm != null || clipValue != null) {
            text.append(clipNorm != null ? ", gradients up to length " + clipNorm
                    : ", elements of gradients up to " + clipValue);
        }
        return text.toString();
    }

    void describe(Map<String, Object> config) {
        config.put("optimizer", name);
        config.put("lr", rate());
        if (name.equals("sgd") || name.equals("rmsprop")) {
            config.put("momentum", momentum());
        }
        if (name.equals("sgd")) {
            config.put("nesterov", nesterov);
        }
        config.put("weight_decay", weightDecay());
        config.put("clip_norm", clipNorm);
        config.put("clip_value", clipValue);
    }
}
