package io.flamekeeper.bench.workload;

/// JFR chunks through `/ingest`.
final class IngestJfr implements Workload {
    @Override
    public void run(Options options, Figures figures) throws Skipped {
        throw new Skipped("the server does not read JFR");
    }
}
