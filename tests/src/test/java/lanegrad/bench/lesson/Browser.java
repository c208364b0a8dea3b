package lanegrad.bench.lesson;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A headless Chromium, spoken to in the DevTools protocol over the JDK's own WebSocket: real pointer events, and the
/// console and the network as the browser itself sees them. A WebDriver would be twenty jars more and tells neither.
final class Browser implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path profile;
    private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final WebSocket socket;
    private final String session;
    private int calls;

    /// The browser's program, or `null` when none is installed.
    static Path program() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                Path program = Path.of(folder, name);
                if (Files.isExecutable(program)) {
                    return program;
                }
            }
        }
        return null;
    }

    Browser(Path program) throws IOException, InterruptedException {
        profile = Files.createTempDirectory("lanegrad-browser");
        // The sandbox needs rights that a build seldom has; nothing but our own page is opened.
        process = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0",
                "--user-data-dir=" + profile, "about:blank").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address(), new Listener()).join();
        JsonObject target = new JsonObject();
        target.addProperty("url", "about:blank");
        JsonObject attach = new JsonObject();
        attach.add("targetId", send(null, "Target.createTarget", target).get("targetId"));
        attach.addProperty("flatten", true);
        session = send(null, "Target.attachToTarget", attach).get("sessionId").getAsString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable");
        }
    }

    // The browser writes the port that it chose, and the path, into its profile.
    private URI address() throws IOException, InterruptedException {
        Path file = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end && process.isAlive()) {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() >= 2) {
                return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        throw new IOException("the browser did not open its debugging port");
    }

    /// What the console said of errors and warnings, and exceptions that nobody caught.
    List<String> complaints() {
        return complaints;
    }

    /// The addresses that were asked for, the page itself among them.
    List<String> requests() {
        return requests;
    }

    void viewport(int width, int height, boolean dark, boolean phone) throws IOException, InterruptedException {
        call("Emulation.setDeviceMetricsOverride", "width", width, "height", height, "deviceScaleFactor", 1, "mobile",
                phone);
        JsonObject feature = new JsonObject();
        feature.addProperty("name", "prefers-color-scheme");
        feature.addProperty("value", dark ? "dark" : "light");
        JsonArray features = new JsonArray();
        features.add(feature);
        JsonObject media = new JsonObject();
        media.add("features", features);
        send(session, "Emulation.setEmulatedMedia", media);
    }

    void open(Path page) throws IOException, InterruptedException {
        call("Page.navigate", "url", page.toUri().toString());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!text("document.readyState + ' ' + location.protocol").equals("complete file:")) {
            if (System.nanoTime() > end) {
                throw new IOException("the page did not load");
            }
        }
        settle();
    }

    /// Waits until what has changed is drawn.
    void settle() throws IOException, InterruptedException {
        evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))");
    }

    JsonElement evaluate(String script) throws IOException, InterruptedException {
        JsonObject answer = call("Runtime.evaluate", "expression", script, "returnByValue", true, "awaitPromise", true);
        if (answer.has("exceptionDetails")) {
            throw new IOException(script + ": " + answer.get("exceptionDetails"));
        }
        return answer.getAsJsonObject("result").get("value");
    }

    String text(String script) throws IOException, InterruptedException {
        return evaluate(script).getAsString();
    }

    int number(String script) throws IOException, InterruptedException {
        return evaluate(script).getAsInt();
    }

    /// Moves the pointer to a share of the width and height of the first element that the selector finds.
    void point(String selector, double x, double y) throws IOException, InterruptedException {
        pointer("mouseMoved", selector, x, y);
        settle();
    }

    void click(String selector) throws IOException, InterruptedException {
        pointer("mouseMoved", selector, 0.5, 0.5);
        pointer("mousePressed", selector, 0.5, 0.5);
        pointer("mouseReleased", selector, 0.5, 0.5);
        settle();
    }

    private void pointer(String type, String selector, double x, double y) throws IOException, InterruptedException {
        String found = "document.querySelector('" + selector + "')";
        if (type.equals("mouseMoved")) {
            evaluate(found + ".scrollIntoView({block: 'center', behavior: 'instant'})");
        }
        JsonObject box = evaluate("(({left, top, width, height}) => ({left, top, width, height}))(" + found
                + ".getBoundingClientRect())").getAsJsonObject();
        call("Input.dispatchMouseEvent", "type", type, "x",
                box.get("left").getAsDouble() + x * box.get("width").getAsDouble(), "y",
                box.get("top").getAsDouble() + y * box.get("height").getAsDouble(), "button",
                type.equals("mouseMoved") ? "none" : "left", "clickCount", type.equals("mouseMoved") ? 0 : 1);
    }

    /// The whole page as a picture.
    byte[] screenshot() throws IOException, InterruptedException {
        return Base64.getDecoder().decode(call("Page.captureScreenshot", "captureBeyondViewport", true).get("data")
                .getAsString());
    }

    /// The page as it would be printed.
    byte[] pdf() throws IOException, InterruptedException {
        return Base64.getDecoder().decode(call("Page.printToPDF", "preferCSSPageSize", true).get("data").getAsString());
    }

    private JsonObject call(String method, Object... parameters) throws IOException, InterruptedException {
        JsonObject object = new JsonObject();
        for (int i = 0; i < parameters.length; i += 2) {
            switch (parameters[i + 1]) {
                case Boolean b -> object.addProperty((String) parameters[i], b);
                case Number n -> object.addProperty((String) parameters[i], n);
                default -> object.addProperty((String) parameters[i], parameters[i + 1].toString());
            }
        }
        return send(session, method, object);
    }

    private JsonObject send(String to, String method, JsonObject parameters) throws IOException, InterruptedException {
        int id = ++calls;
        JsonObject message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", parameters);
        if (to != null) {
            message.addProperty("sessionId", to);
        }
        socket.sendText(message.toString(), true).join();
        while (true) {
            JsonObject answer = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException(method + ": the browser does not answer");
            }
            if (!answer.has("id")) {
                event(answer.get("method").getAsString(), answer.getAsJsonObject("params"));
            } else if (answer.get("id").getAsInt() == id) {
                if (answer.has("error")) {
                    throw new IOException(method + ": " + answer.get("error"));
                }
                return answer.getAsJsonObject("result");
            }
        }
    }

    private void event(String method, JsonObject parameters) {
        switch (method) {
            case "Runtime.exceptionThrown" -> complain(parameters.get("exceptionDetails"));
            case "Runtime.consoleAPICalled" -> complain(parameters.get("args"));
            case "Log.entryAdded" -> complain(parameters.get("entry"));
            case "Network.requestWillBeSent" -> requests.add(parameters.getAsJsonObject("request").get("url")
                    .getAsString());
            default -> {
            }
        }
    }

    // What matters stands at the beginning; behind it comes a stack.
    private void complain(JsonElement what) {
        String text = what.toString();
        complaints.add(text.substring(0, Math.min(200, text.length())));
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // A process of the browser's that is still ending may hold or make a file: it is in the temporary folder.
            profile.toFile().deleteOnExit();
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder part = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                messages.add(JsonParser.parseString(part.toString()).getAsJsonObject());
                part.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
