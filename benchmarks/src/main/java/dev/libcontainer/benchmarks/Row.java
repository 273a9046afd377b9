package dev.libcontainer.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A line of the report. NaN stands for what was not measured or has no meaning here.
 *
 * @param name as in {@code full-fresh-net}
 * @param p50 microseconds
 * @param p99 microseconds
 * @param vsProcessBuilder p50 to that of ProcessBuilder, measured in the same rounds
 * @param vsFloor p50 to that of the same system calls made from C, measured in the same rounds
 * @param extras further figures by name
 */
record Row(String name, double p50, double p99, double vsProcessBuilder, double vsFloor, Map<String, Double> extras) {
    static final String VS_PROCESSBUILDER = "vs_processbuilder";
    static final String VS_FLOOR = "vs_floor";

    static Row of(String name, Samples samples) {
        return of(name, samples.p50(), samples.p99()).with("samples", samples.size());
    }

    static Row of(String name, double p50, double p99) {
        return new Row(name, p50, p99, Double.NaN, Double.NaN, Map.of());
    }

    Row vsProcessBuilder(Samples processBuilder) {
        return new Row(name, p50, p99, p50 / processBuilder.p50(), vsFloor, extras);
    }

    /** Also tells the floor itself. */
    Row vsFloor(Samples floor) {
        return new Row(name, p50, p99, vsProcessBuilder, p50 / floor.p50(), extras)
                .with("floor_p50_us", floor.p50())
                .with("floor_p99_us", floor.p99());
    }

    Row with(String extra, double value) {
        Map<String, Double> more = new LinkedHashMap<>(extras);
        more.put(extra, value);
        return new Row(name, p50, p99, vsProcessBuilder, vsFloor, more);
    }

    /** One of the figures by its name in JSON, NaN if there is none. */
    double figure(String key) {
        return switch (key) {
            case "p50_us" -> p50;
            case "p99_us" -> p99;
            case VS_PROCESSBUILDER -> vsProcessBuilder;
            case VS_FLOOR -> vsFloor;
            default -> extras.getOrDefault(key, Double.NaN);
        };
    }

    static Row fromJson(Map<String, Object> json) {
        Map<String, Double> extras = new LinkedHashMap<>();
        json.forEach((key, value) -> {
            if (!key.equals("name")) {
                extras.put(key, value instanceof Number number ? number.doubleValue() : Double.NaN);
            }
        });
        return new Row(
                String.valueOf(json.get("name")),
                taken(extras, "p50_us"),
                taken(extras, "p99_us"),
                taken(extras, VS_PROCESSBUILDER),
                taken(extras, VS_FLOOR),
                extras);
    }

    private static double taken(Map<String, Double> figures, String key) {
        Double figure = figures.remove(key);
        return figure == null ? Double.NaN : figure;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("p50_us", rounded(p50));
        json.put("p99_us", rounded(p99));
        json.put(VS_PROCESSBUILDER, rounded(vsProcessBuilder));
        json.put(VS_FLOOR, rounded(vsFloor));
        extras.forEach((key, value) -> json.put(key, rounded(value)));
        return json;
    }

    /** Four significant digits, or all before the point: more would be noise. */
    static double rounded(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return value;
        }
        double unit = Math.min(1, Math.pow(10, Math.floor(Math.log10(Math.abs(value))) - 3));
        return Math.round(Math.rint(value / unit) * unit * 1e6) / 1e6;
    }
}
