package io.flamekeeper.bench.workload;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs one workload, or fills a folder for one: `Main NAME [--OPTION VALUE …]`, `Main load [--OPTION VALUE …]`.
///
/// The last line is `N passed, N failed, N skipped`. Options of most: `--target URL`, `--pid N`, `--data FOLDER` of a
/// server that runs; each workload says which others it has.
public final class Main {
    private static final Map<String, Workload> WORKLOADS = new LinkedHashMap<>();

    static {
        WORKLOADS.put("end-to-end", new EndToEnd());
        WORKLOADS.put("ingest-steady", new IngestSteady());
        WORKLOADS.put("ingest-max", new IngestMax());
        WORKLOADS.put("ingest-jfr", new IngestJfr());
        WORKLOADS.put("ingest-otlp", new IngestOtlp());
        WORKLOADS.put("query-recent", new QueryRecent());
        WORKLOADS.put("query-history", new QueryHistory());
        WORKLOADS.put("mixed", new Mixed());
        WORKLOADS.put("cardinality", new Cardinality());
        WORKLOADS.put("cold-start", new ColdStart());
        WORKLOADS.put("recovery", new Recovery());
        WORKLOADS.put("compaction", new Compaction());
        WORKLOADS.put("load", HistoryLoader::run);
    }

    private Main() {}

    static void main(String[] arguments) throws Exception {
        List<String> all = Arrays.asList(arguments);
        Workload workload = all.isEmpty() ? null : WORKLOADS.get(all.getFirst());
        if (workload == null) {
            System.err.println(
                    "workload: " + all + " (expected: one of " + WORKLOADS.keySet() + ")");
            System.exit(2);
            return;
        }
        int failed = 0;
        int skipped = 0;
        try {
            workload.run(Options.of(all.subList(1, all.size())), new Figures());
        } catch (Workload.Skipped why) {
            skipped = 1;
            System.out.println(all.getFirst() + ": skipped: " + why.getMessage());
        } catch (Workload.WrongAnswer wrong) {
            failed = 1;
            System.out.println(all.getFirst() + ": FAILED: " + wrong.getMessage());
        }
        System.out.printf(
                "%d passed, %d failed, %d skipped%n", 1 - failed - skipped, failed, skipped);
        System.exit(failed);
    }
}
