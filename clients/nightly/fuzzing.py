"""N5: bytes of nobody's choosing. Every parser takes or refuses them, quickly, and never for a fault of its own."""

from __future__ import annotations

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof import Bench, Outcome, Skipped

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "server/src/test/resources/fuzz"
INPUT_SECONDS = 5
HEAP = "256m"
RSS_MEGABYTES = 1_000
FINDING = re.compile(r"== Java Exception: .*|.*ERROR: libFuzzer: .*")


def parsers(bench: Bench) -> Outcome:
    """N5. ``bench.cycles`` seconds for each parser, as many at once as there are cores."""
    class_path = _class_path()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fed = list(pool.map(lambda target: _feed(bench, class_path, target), bench.parsers or names()))
    figures = [figure for figure, _ in fed]
    faults = [fault for _, found in fed for fault in found]
    return Outcome(f"{bench.cycles} s each: {'; '.join(figures)}; findings {len(faults)}", faults)


def names() -> list[str]:
    """Of all parsers."""
    return sorted(folder.name for folder in SEEDS.iterdir())


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


def _feed(bench: Bench, class_path: str, target: str) -> tuple[str, list[str]]:
    """:return: how many inputs and how many edges of code they reached, in words; and what went wrong"""
    found = bench.folder / target
    corpus = found / "corpus"
    corpus.mkdir(parents=True)
    java = Path(os.environ["FLAMEKEEPER_JAVA_HOME"]) / "bin/java"
    done = subprocess.run(
        [java, f"-Xmx{HEAP}", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
         "-XX:+EnableDynamicAgentLoading", f"-Dflamekeeper.fuzz={target}", f"-Dflamekeeper.fuzz.seeds={SEEDS / target}", "-cp", class_path,
         "com.code_intelligence.jazzer.Jazzer", "--target_class=io.flamekeeper.fuzz.Fuzzer",
         "--instrumentation_includes=io.flamekeeper.**", f"--reproducer_path={found}", corpus, SEEDS / target,
         f"-max_total_time={bench.cycles}", f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={RSS_MEGABYTES}", f"-seed={bench.seed}",
         f"-artifact_prefix={found}/", "-print_final_stats=1"],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    log = done.stdout + done.stderr
    (found / "log").write_text(log)
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", log)
    edges = re.findall(r"cov: (\d+)", log)
    faults = [] if done.returncode == 0 else [
        f"{target}: exit {done.returncode}: {'; '.join(FINDING.findall(log)) or log[-300:]}"]
    peak = re.search(r"stat::peak_rss_mb:\s*(\d+)", log)
    figure = (f"{target} {int(runs[1]) if runs else 0:,} runs, {int(edges[-1]) if edges else 0:,} edges, "
              f"{peak[1] if peak else '?'} MB")
    return figure, faults
