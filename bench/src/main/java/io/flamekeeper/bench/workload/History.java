package io.flamekeeper.bench.workload;

import io.flamekeeper.model.TimeRange;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// What [HistoryLoader] has put into a folder, exactly. Kept beside it in `FOLDER.oracle.gz`: a line for each layer,
/// service, series and hour, and function; fields separated by tabs, function names last.
record History(List<Layer> layers) {
    static final long HOUR_MILLIS = 3_600_000;

    /// Series of one age and density. The label `layer` has its name; services are called NAME-0 and on.
    ///
    /// @param startMillis     a whole hour, milliseconds since the Unix epoch
    /// @param intervalSeconds from one profile of a series to its next
    /// @param total           `long[service][series][hour]`, nanoseconds
    /// @param selfByFunction  over everything
    record Layer(
            String name,
            int services,
            int series,
            int hours,
            int intervalSeconds,
            long startMillis,
            long[][][] total,
            Map<String, Long> selfByFunction) {
        static Layer empty(
                String name,
                int services,
                int series,
                int hours,
                int intervalSeconds,
                long startMillis) {
            return new Layer(
                    name,
                    services,
                    series,
                    hours,
                    intervalSeconds,
                    startMillis,
                    new long[services][series][hours],
                    new HashMap<>());
        }

        /// `name=SERVICESxSERIESxHOURS@SECONDS`, ending at the given whole hour.
        static Layer parse(String text, long endMillis) {
            String[] part = text.split("[=x@]");
            if (part.length != 5) {
                throw new IllegalArgumentException(
                        "--layers: " + text + " (expected: NAME=SERVICESxSERIESxHOURS@SECONDS)");
            }
            int hours = Integer.parseInt(part[3]);
            return empty(
                    part[0],
                    Integer.parseInt(part[1]),
                    Integer.parseInt(part[2]),
                    hours,
                    Integer.parseInt(part[4]),
                    endMillis - hours * HOUR_MILLIS);
        }

        long steps() {
            return hours * 3_600L / intervalSeconds;
        }

        long profiles() {
            return steps() * services * series;
        }

        TimeRange range() {
            return new TimeRange(startMillis, startMillis + hours * HOUR_MILLIS);
        }

        String selector() {
            return "{layer=\"" + name + "\"}";
        }

        String service(int service) {
            return name + "-" + service;
        }

        long sum() {
            long sum = 0;
            for (int service = 0; service < services; service++) {
                for (long hour : hours(service)) {
                    sum += hour;
                }
            }
            return sum;
        }

        /// Totals of a service hour by hour.
        long[] hours(int service) {
            long[] sums = new long[hours];
            for (long[] ofSeries : total[service]) {
                for (int hour = 0; hour < hours; hour++) {
                    sums[hour] += ofSeries[hour];
                }
            }
            return sums;
        }
    }

    Layer layer(String name) {
        return layers.stream()
                .filter(layer -> layer.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("oracle: no layer " + name + " was loaded"));
    }

    static Path file(Path data) {
        return Path.of(data + ".oracle.gz");
    }

    void write(Path file) throws IOException {
        try (var out =
                new BufferedWriter(
                        new OutputStreamWriter(
                                new GZIPOutputStream(Files.newOutputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (Layer layer : layers) {
                out.write(
                        String.join(
                                        "\t",
                                        "layer",
                                        layer.name,
                                        "" + layer.services,
                                        "" + layer.series,
                                        "" + layer.hours,
                                        "" + layer.intervalSeconds,
                                        "" + layer.startMillis)
                                + "\n");
                for (int service = 0; service < layer.services; service++) {
                    for (int series = 0; series < layer.series; series++) {
                        for (int hour = 0; hour < layer.hours; hour++) {
                            out.write(
                                    "total\t"
                                            + service
                                            + "\t"
                                            + series
                                            + "\t"
                                            + hour
                                            + "\t"
                                            + layer.total[service][series][hour]
                                            + "\n");
                        }
                    }
                }
                for (var function : layer.selfByFunction.entrySet()) {
                    out.write("self\t" + function.getValue() + "\t" + function.getKey() + "\n");
                }
            }
        }
    }

    static History read(Path file) throws IOException {
        List<Layer> layers = new ArrayList<>();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] field = line.split("\t", -1);
                switch (field[0]) {
                    case "layer" ->
                            layers.add(
                                    Layer.empty(
                                            field[1],
                                            Integer.parseInt(field[2]),
                                            Integer.parseInt(field[3]),
                                            Integer.parseInt(field[4]),
                                            Integer.parseInt(field[5]),
                                            Long.parseLong(field[6])));
                    case "total" ->
                            layers.getLast()
                                            .total[Integer.parseInt(field[1])][
                                            Integer.parseInt(field[2])][
                                            Integer.parseInt(field[3])] =
                                    Long.parseLong(field[4]);
                    case "self" ->
                            layers.getLast().selfByFunction.put(field[2], Long.parseLong(field[1]));
                    default -> throw new IOException("oracle: line " + line);
                }
            }
        }
        return new History(List.copyOf(layers));
    }
}
