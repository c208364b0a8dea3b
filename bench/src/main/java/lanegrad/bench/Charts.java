package lanegrad.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.PaintScale;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.DefaultXYZDataset;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/// Charts, by JFreeChart; as SVG by Batik's generator.
///
/// It needs Java's desktop classes: loaded when something is drawn into a file, and after [FontSystem#check].
///
/// (Over 300 lines, because all charts share their fonts, colours and axes.)
final class Charts {
    private static final String FAMILY = Font.SANS_SERIF;
    private static final Font SMALL = new Font(FAMILY, Font.PLAIN, 13);
    private static final Font LABEL = new Font(FAMILY, Font.PLAIN, 14);
    private static final Font TITLE = new Font(FAMILY, Font.BOLD, 17);
    private static final Color INK = new Color(0x22, 0x22, 0x22);
    private static final Color GRID = new Color(0xdd, 0xdd, 0xdd);
    private static final Color AXIS = new Color(0x88, 0x88, 0x88);
    // Okabe and Ito's, which the colour-blind tell apart too.
    private static final Color[] COLOURS = {new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73),
        new Color(0xcc79a7), new Color(0xe69f00), new Color(0x56b4e9), Color.BLACK};
    private static final Color NEGATIVE = new Color(0x2166ac);
    private static final Color POSITIVE = new Color(0xb2182b);
    private static final BasicStroke LINE = new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHES = new BasicStroke(1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10,
            new float[] {7, 5}, 0);
    // So many points still look like points.
    private static final int MOST_DOTS = 30;
    private static final int SIDE = 8;
    // The share of weights that is not beyond the ends of the colours.
    private static final double FULL_COLOUR = 0.99;

    static {
        // Else an SVG has the outlines of rotated text, not its letters.
        TextUtils.setUseDrawRotatedStringWorkaround(false);
    }

    private Charts() {
    }

    /// A chart of a size.
    ///
    /// @param width in pixels of the SVG; the PNG has two for each
    record Picture(JFreeChart chart, int width, int height) {
        private static final int DENSITY = 2;

        byte[] png() {
            BufferedImage image = new BufferedImage(DENSITY * width, DENSITY * height, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.scale(DENSITY, DENSITY);
            chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
            g.dispose();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                // Else the encoder goes through a file of its own.
                ImageIO.setUseCache(false);
                ImageIO.write(image, "png", bytes);
            } catch (IOException e) {
                throw new IllegalStateException("a stream into memory does not fail", e);
            }
            return bytes.toByteArray();
        }

        byte[] svg() {
            try {
                Document document = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder()
                        .getDOMImplementation().createDocument("http://www.w3.org/2000/svg", "svg", null);
                SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
                context.setComment(null);
                SVGGraphics2D g = new SVGGraphics2D(context, false);
                g.setSVGCanvasSize(new Dimension(width, height));
                chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
                Element root = g.getRoot();
                root.setAttribute("viewBox", "0 0 " + width + " " + height);
                root.setAttribute("role", "img");
                Element title = document.createElementNS("http://www.w3.org/2000/svg", "title");
                title.setTextContent(chart.getTitle().getText());
                root.insertBefore(title, root.getFirstChild());
                Transformer writer = TransformerFactory.newDefaultInstance().newTransformer();
                writer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                writer.transform(new DOMSource(root), new StreamResult(bytes));
                return bytes.toByteArray();
            } catch (ParserConfigurationException | TransformerException e) {
                throw new IllegalStateException("the XML of every Java platform does this", e);
            }
        }
    }

    /// Points joined by a line; NaN leaves a gap.
    ///
    /// @param colour the number of the colour; lines of one colour belong together
    record Line(String name, double[] x, double[] y, int colour, boolean dashed) {
    }

    /// Curves, each with its slope.
    static Picture functions(List<Curve> curves) {
        List<Line> lines = new ArrayList<>();
        List<float[]> values = new ArrayList<>();
        double largest = 1;
        for (Curve curve : curves) {
            String name = curve.function().name();
            double[] x = doubles(curve.x());
            lines.add(new Line(name, x, doubles(curve.y()), lines.size() / 2, false));
            lines.add(new Line("slope of " + name, x, doubles(curve.slope()), lines.size() / 2, true));
            largest = Math.max(largest, curve.largest());
            values.add(curve.y());
            values.add(curve.slope());
        }
        Curve.Function first = curves.getFirst().function();
        boolean one = curves.size() == 1;
        String title = one ? first.name() + " and its slope"
                : String.join(", ", curves.stream().map(c -> c.function().name()).toList());
        Picture picture = lines(title, "x", "", lines, 900, 600);
        if (one) {
            subtitle(picture, first.formula() + (first.meaning().isEmpty() ? "" : "; here of " + first.meaning()));
        }
        XYPlot plot = picture.chart().getXYPlot();
        // A slope may be 1e12 where the value is 100; the picture is of the value.
        double[] range = Curve.range(1.5 * largest, values);
        double margin = 0.04 * (range[1] - range[0]);
        plot.getRangeAxis().setRange(range[0] - margin, range[1] + margin);
        plot.addDomainMarker(axis(0), Layer.BACKGROUND);
        plot.addRangeMarker(axis(0), Layer.BACKGROUND);
        return picture;
    }

    private static ValueMarker axis(double at) {
        return new ValueMarker(at, AXIS, new BasicStroke(1.2f));
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = Float.isFinite(values[i]) ? values[i] : Double.NaN;
        }
        return doubles;
    }

    /// What became better by epoch.
    ///
    /// @param kept the epoch whose weights were kept, or 0 when it was the last
    static Picture epochs(String title, String unit, List<Line> lines, int kept) {
        Picture picture = lines(title, "epoch", unit, lines, 900, 540);
        XYPlot plot = picture.chart().getXYPlot();
        NumberAxis epochs = (NumberAxis) plot.getDomainAxis();
        epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        if (lines.getFirst().x().length == 1) {
            epochs.setRange(0, 2);
        }
        if (kept > 0) {
            ValueMarker marker = new ValueMarker(kept, AXIS, DASHES);
            // On the side where there is room.
            boolean early = kept <= lines.getFirst().x().length / 2;
            marker.setLabel("kept");
            marker.setLabelFont(SMALL);
            marker.setLabelPaint(INK);
            marker.setLabelBackgroundColor(Color.WHITE);
            marker.setLabelAnchor(early ? RectangleAnchor.TOP_RIGHT : RectangleAnchor.TOP_LEFT);
            marker.setLabelTextAnchor(early ? TextAnchor.TOP_LEFT : TextAnchor.TOP_RIGHT);
            plot.addDomainMarker(marker, Layer.BACKGROUND);
        }
        return picture;
    }

    private static Picture lines(String title, String x, String y, List<Line> lines, int width, int height) {
        XYSeriesCollection data = new XYSeriesCollection();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
        renderer.setDrawSeriesLineAsPath(true);
        for (Line line : lines) {
            int i = data.getSeriesCount();
            XYSeries series = new XYSeries(line.name(), false);
            for (int j = 0; j < line.x().length; j++) {
                series.add(line.x()[j], line.y()[j], false);
            }
            data.addSeries(series);
            renderer.setSeriesPaint(i, COLOURS[line.colour() % COLOURS.length]);
            renderer.setSeriesStroke(i, line.dashed() ? DASHES : LINE);
            renderer.setSeriesShape(i, new Ellipse2D.Double(-3, -3, 6, 6));
            renderer.setSeriesShapesVisible(i, line.x().length <= MOST_DOTS);
            renderer.setLegendLine(new Line2D.Double(-14, 0, 14, 0));
        }
        NumberAxis domain = new NumberAxis(x);
        domain.setAutoRangeIncludesZero(false);
        domain.setLowerMargin(0.02);
        domain.setUpperMargin(0.02);
        NumberAxis range = new NumberAxis(y.isEmpty() ? null : y);
        range.setAutoRangeIncludesZero(false);
        // Else a dot near 0 is cut in half.
        range.setAutoRangeStickyZero(false);
        XYPlot plot = plot(data, domain, range, renderer);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1));
        plot.setRangeGridlineStroke(new BasicStroke(1));
        JFreeChart chart = chart(title, plot);
        LegendTitle legend = new LegendTitle(plot);
        legend.setItemFont(LABEL);
        legend.setItemPaint(INK);
        legend.setFrame(BlockBorder.NONE);
        legend.setPosition(RectangleEdge.BOTTOM);
        legend.setItemLabelPadding(new RectangleInsets(3, 6, 3, 16));
        chart.addLegend(legend);
        return new Picture(chart, width, height);
    }

    private static XYPlot plot(XYDataset data, ValueAxis domain, ValueAxis range,
            XYItemRenderer renderer) {
        for (ValueAxis axis : List.of(domain, range)) {
            axis.setTickLabelFont(SMALL);
            axis.setLabelFont(LABEL);
            axis.setTickLabelPaint(INK);
            axis.setLabelPaint(INK);
            axis.setAxisLinePaint(AXIS);
            axis.setTickMarkPaint(AXIS);
        }
        XYPlot plot = new XYPlot(data, domain, range, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlinePaint(AXIS);
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        return plot;
    }

    private static JFreeChart chart(String title, XYPlot plot) {
        JFreeChart chart = new JFreeChart(title, TITLE, plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getTitle().setPaint(INK);
        chart.setPadding(new RectangleInsets(10, 10, 10, 16));
        return chart;
    }

    private static void subtitle(Picture picture, String text) {
        TextTitle subtitle = new TextTitle(text, LABEL);
        subtitle.setPaint(INK);
        subtitle.setPadding(0, 0, 6, 0);
        picture.chart().addSubtitle(0, subtitle);
    }

    /// The weights of units as pictures of 8 x 8, in rows from the top left: red adds, blue subtracts.
    ///
    /// @param weights `[64][units]`
    static Picture weights(String title, float[][] weights) {
        int units = weights[0].length;
        int across = (int) Math.ceil(Math.sqrt(units));
        int down = (units + across - 1) / across;
        double[][] cells = new double[3][units * SIDE * SIDE];
        double[] sizes = new double[units * SIDE * SIDE];
        int i = 0;
        for (int u = 0; u < units; u++) {
            for (int p = 0; p < SIDE * SIDE; p++) {
                cells[0][i] = u % across * (SIDE + 1) + p % SIDE;
                cells[1][i] = u / across * (SIDE + 1) + p / SIDE;
                cells[2][i] = weights[p][u];
                sizes[i] = Math.abs(weights[p][u]);
                i++;
            }
        }
        // A few weights are much larger than all others, which would be pale beside them.
        Arrays.sort(sizes);
        double limit = Math.max(Float.MIN_NORMAL, sizes[(int) (FULL_COLOUR * (sizes.length - 1))]);
        Scale scale = new Scale(-limit, limit, new Color[] {NEGATIVE, Color.WHITE, POSITIVE});
        NumberAxis domain = new NumberAxis();
        NumberAxis range = new NumberAxis();
        // A block reaches half to each side of its number; around all there is a frame as wide as one.
        domain.setRange(-1.5, across * (SIDE + 1) - 0.5);
        range.setRange(-1.5, down * (SIDE + 1) - 0.5);
        domain.setVisible(false);
        range.setVisible(false);
        int cell = Math.max(3, 640 / (across * (SIDE + 1) + 1));
        int width = cell * (across * (SIDE + 1) + 1);
        int height = cell * (down * (SIDE + 1) + 1);
        Picture picture = blocks(title, cells, scale, domain, range, width + 130, height + 56);
        XYPlot plot = picture.chart().getXYPlot();
        plot.setBackgroundPaint(new Color(0xbbbbbb));
        plot.setOutlineVisible(false);
        NumberAxis key = new NumberAxis("weight; 1% are beyond the ends");
        key.setRange(-limit, limit);
        PaintScaleLegend legend = new PaintScaleLegend(scale, key);
        key.setTickLabelFont(SMALL);
        key.setLabelFont(LABEL);
        legend.setPosition(RectangleEdge.RIGHT);
        legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
        legend.setStripWidth(16);
        legend.setSubdivisionCount(64);
        legend.setMargin(0, 14, 0, 0);
        legend.setBackgroundPaint(Color.WHITE);
        picture.chart().addSubtitle(legend);
        return picture;
    }

    /// How often each class was taken for each: the darker, the larger the share of the row; blue what is right.
    static Picture confusion(String title, int[][] counts, List<String> classes) {
        int n = counts.length;
        double[][] cells = new double[3][n * n];
        for (int r = 0; r < n; r++) {
            int row = Math.max(1, Arrays.stream(counts[r]).sum());
            for (int c = 0; c < n; c++) {
                cells[0][r * n + c] = c;
                cells[1][r * n + c] = r;
                double share = (double) counts[r][c] / row;
                // A single mistake in 40 must be seen.
                cells[2][r * n + c] = r == c ? share : -Math.sqrt(share);
            }
        }
        String[] names = classes.toArray(String[]::new);
        SymbolAxis domain = new SymbolAxis("read as", names);
        SymbolAxis range = new SymbolAxis("true class", names);
        for (SymbolAxis axis : List.of(domain, range)) {
            axis.setRange(-0.5, n - 0.5);
            axis.setGridBandsVisible(false);
            axis.setTickMarksVisible(false);
        }
        Scale scale = new Scale(-1, 1, new Color[] {new Color(0x7f2704), new Color(0xf16913), new Color(0xfdbe85),
            Color.WHITE, new Color(0xbdd7e7), new Color(0x4292c6), new Color(0x08519c)});
        Picture picture = blocks(title, cells, scale, domain, range, 660, 680);
        XYPlot plot = picture.chart().getXYPlot();
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < n; c++) {
                if (counts[r][c] > 0) {
                    XYTextAnnotation count = new XYTextAnnotation(String.format(Locale.ROOT, "%,d", counts[r][c]), c,
                            r);
                    count.setFont(r == c ? LABEL.deriveFont(Font.BOLD) : LABEL);
                    count.setPaint(Math.abs(cells[2][r * n + c]) > 0.6 ? Color.WHITE : INK);
                    plot.addAnnotation(count);
                }
            }
        }
        return picture;
    }

    private static Picture blocks(String title, double[][] cells, Scale scale, ValueAxis domain, ValueAxis range,
            int width, int height) {
        DefaultXYZDataset data = new DefaultXYZDataset();
        data.addSeries("", cells);
        XYBlockRenderer renderer = new XYBlockRenderer();
        renderer.setPaintScale(scale);
        // The first row stands at the top, as in the image and in the table.
        range.setInverted(true);
        XYPlot plot = plot(data, domain, range, renderer);
        plot.setDomainGridlinesVisible(false);
        plot.setRangeGridlinesVisible(false);
        JFreeChart chart = chart(title, plot);
        // Blocks meet at fractions of a pixel: smoothed, each would get a pale seam.
        chart.setAntiAlias(false);
        chart.setTextAntiAlias(true);
        return new Picture(chart, width, height);
    }

    // Colours evenly from the least to the greatest value, mixed between neighbours.
    private record Scale(double getLowerBound, double getUpperBound, Color[] colours) implements PaintScale {
        @Override
        public Paint getPaint(double value) {
            double share = Math.clamp((value - getLowerBound) / (getUpperBound - getLowerBound), 0, 1);
            double at = Double.isNaN(share) ? 0 : share * (colours.length - 1);
            int i = Math.min((int) at, colours.length - 2);
            Color a = colours[i];
            Color b = colours[i + 1];
            double part = at - i;
            return new Color(mix(a.getRed(), b.getRed(), part), mix(a.getGreen(), b.getGreen(), part),
                    mix(a.getBlue(), b.getBlue(), part));
        }

        private static int mix(int a, int b, double part) {
            return (int) Math.round(a + (b - a) * part);
        }
    }
}
