package dev.libcontainer.bench;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Rectangle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/** Bars as SVG. The only class that knows the charting library, which is there for {@link HtmlReport} alone. */
final class Charts {
    private static final int WIDTH = 1000;
    private static final int MARGIN = 110;
    private static final int BAR = 22;

    private Charts() {}

    /** A chart with a bar for each label. */
    static String bars(String title, String axis, List<String> labels, List<Double> values) throws IOException {
        System.setProperty("java.awt.headless", "true");
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        for (int i = 0; i < labels.size(); i++) {
            data.addValue(values.get(i), axis, labels.get(i));
        }
        JFreeChart chart =
                ChartFactory.createBarChart(title, null, axis, data, PlotOrientation.HORIZONTAL, false, false, false);
        chart.setBackgroundPaint(Color.WHITE);
        CategoryPlot plot = chart.getCategoryPlot();
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        BarRenderer renderer = (BarRenderer) plot.getRenderer();
        renderer.setBarPainter(new StandardBarPainter()); // without gloss
        renderer.setShadowVisible(false);
        renderer.setSeriesPaint(0, new Color(0x3b, 0x6e, 0xa5));
        int height = MARGIN + BAR * labels.size();
        VectorGraphics2D graphics = new VectorGraphics2D();
        chart.draw(graphics, new Rectangle(WIDTH, height));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Processors.get("svg")
                .getDocument(graphics.getCommands(), new PageSize(WIDTH, height))
                .writeTo(out);
        String svg = out.toString(StandardCharsets.UTF_8);
        return svg.substring(svg.indexOf("<svg")); // within a page there is no prologue
    }
}
