package lanegrad.nn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.op.UnaryOp;

/// Layers in a row: the output of each is the input of the next.
public final class Sequential implements Layer {
    private final Layer[] layers;
    private final List<Var> parameters;

    /// These layers, first to last.
    ///
    /// @throws IllegalArgumentException for none
    public Sequential(Layer... layers) {
        if (layers.length == 0) {
            throw new IllegalArgumentException("sequential: no layers were given; give one or more");
        }
        this.layers = layers.clone();
        List<Var> all = new ArrayList<>();
        for (Layer layer : layers) {
            all.addAll(layer.parameters());
        }
        this.parameters = List.copyOf(all);
    }

    /// A multilayer perceptron: a [Dense] layer from each size to the next, all but the last with `activation`.
    /// Each layer draws its weights from a stream of its own, so adding a layer does not change the others.
    ///
    /// @param sizes features, hidden units of each layer, outputs: 64, 32, 10
    /// @throws IllegalArgumentException for fewer than two sizes, or one below 1
    public static Sequential perceptron(UnaryOp activation, Init init, SplitMix random, int... sizes) {
        return perceptron(activation, init, 0, random, sizes);
    }

    /// As [#perceptron(UnaryOp, Init, SplitMix, int...)], with [Dropout] of probability `p` behind every layer but the
    /// last; with 0 there are no such layers.
    ///
    /// @throws IllegalArgumentException also for a probability outside of 0 to 1
    public static Sequential perceptron(UnaryOp activation, Init init, float p, SplitMix random, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException("perceptron: " + sizes.length
                    + " sizes were given; give at least the features and the outputs");
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            boolean last = i == sizes.length - 1;
            String name = "dense" + i;
            layers.add(new Dense(name, sizes[i - 1], sizes[i], last ? null : activation, init, random.split(name)));
            if (p != 0 && !last) {
                layers.add(new Dropout(p, random.split("dropout" + i)));
            }
        }
        return new Sequential(layers.toArray(Layer[]::new));
    }

    /// The layers, first to last.
    public List<Layer> layers() {
        return List.of(layers);
    }

    @Override
    public Var apply(Var x) {
        return apply(x, Mode.EVALUATION);
    }

    @Override
    public Var apply(Var x, Mode mode) {
        for (Layer layer : layers) {
            x = layer.apply(x, mode);
        }
        return x;
    }

    @Override
    public List<Var> parameters() {
        return parameters;
    }

    @Override
    public Shape output(Shape input) {
        for (Layer layer : layers) {
            input = layer.output(input);
        }
        return input;
    }

    @Override
    public String describe() {
        return "sequential of " + layers.length;
    }

    /// The number of weights and biases.
    public int parameterCount() {
        int count = 0;
        for (Var p : parameters) {
            count += p.value().size();
        }
        return count;
    }

    /// SHA-256 over all parameters in layer order, weights row-major and then bias, as little-endian float32, in
    /// lower-case hexadecimal. Equal hashes mean equal bits.
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Var p : parameters) {
                Tensor t = p.value();
                ByteBuffer bytes = ByteBuffer.allocate(4 * t.size()).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(t.data(), 0, t.size());
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
