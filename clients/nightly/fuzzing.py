"""N5: bytes of nobody's choosing. Every parser takes or refuses them, quickly, and never for a fault of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from proof import Bench, Outcome, Skipped

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "server/src/test/resources/fuzz"
INPUT_SECONDS = 5
FINDING = re.compile(r"== Java Exception: .*|.*ERROR: libFuzzer: .*")


def parsers(bench: Bench) -> Outcome:
    """N5. ``bench.cycles`` seconds for each parser."""
    class_path = _class_path()
    faults: list[str] = []
    figures: list[str] = []
    for target in sorted(folder.name for folder in SEEDS.iterdir()):
        runs, edges, findings = _feed(bench, class_path, target)
        figures.append(f"{target} {runs:,} runs, {edges:,} edges")
        faults += findings
    return Outcome(f"{bench.cycles} s each: {'; '.join(figures)}; findings {len(faults)}", faults)


def _class_path() -> str:
    """Compiles the targets and says what they and Jazzer need."""
    file = ROOT / "server/target/fuzz.classpath"
    done = subprocess.run(
        ["./mvnw", "-B", "-q", "-Pquick,fuzz", "-pl", "server", "-am", "test-compile", "dependency:build-classpath",
         "-Dmdep.outputFile=target/fuzz.classpath", "-Dmdep.includeScope=test"],
        cwd=ROOT, env=os.environ | {"JAVA_HOME": os.environ["FLAMEKEEPER_JAVA_HOME"]}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skipped(f"Jazzer cannot be had or the targets do not compile: {done.stdout[-500:]}")
    own = [ROOT / "server/target/test-classes", ROOT / "server/target/classes"]
    return os.pathsep.join([*map(str, own), file.read_text().strip()])


def _feed(bench: Bench, class_path: str, target: str) -> tuple[int, int, list[str]]:
    """:return: how many inputs, how many edges of code they reached, and what went wrong"""
    found = bench.folder / target
    corpus = found / "corpus"
    corpus.mkdir(parents=True)
    java = Path(os.environ["FLAMEKEEPER_JAVA_HOME"]) / "bin/java"
    done = subprocess.run(
        [java, "-Xmx1g", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
         "-XX:+EnableDynamicAgentLoading", f"-Dflamekeeper.fuzz={target}", "-cp", class_path,
         "com.code_intelligence.jazzer.Jazzer", "--target_class=io.flamekeeper.fuzz.Fuzzer",
         "--instrumentation_includes=io.flamekeeper.**", f"--reproducer_path={found}", corpus, SEEDS / target,
         f"-max_total_time={bench.cycles}", f"-timeout={INPUT_SECONDS}", "-rss_limit_mb=3000", f"-seed={bench.seed}",
         f"-artifact_prefix={found}/", "-print_final_stats=1"],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    log = done.stdout + done.stderr
    (found / "log").write_text(log)
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", log)
    edges = re.findall(r"cov: (\d+)", log)
    faults = [] if done.returncode == 0 else [
        f"{target}: exit {done.returncode}: {'; '.join(FINDING.findall(log)) or log[-300:]}"]
    return int(runs[1]) if runs else 0, int(edges[-1]) if edges else 0, faults
