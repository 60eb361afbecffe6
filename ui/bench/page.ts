import {
  decodeFlamebearer,
  FlameGraph,
  FrameNames,
  findMatches,
  functionValues,
  hashText,
  parseSearch,
} from "../packages/flame/src/index.ts";

/// Milliseconds of one step of work; `p95` equals `median` for steps that are done once.
export interface Measured {
  readonly step: string;
  readonly median: number;
  readonly p95: number;
}

const ROUNDS = 120;

/// Runs in the browser: measures every step on a synthetic tree of about `nodes` frames and answers the figures.
export async function measure(nodes: number): Promise<{ nodes: number; deep: number; steps: Measured[] }> {
  const random = randomOf(20_261_124);
  const json = syntheticAnswer(nodes, random);
  const steps: Measured[] = [];
  const once = <T>(step: string, run: () => T): T => {
    const start = performance.now();
    const result = run();
    const millis = performance.now() - start;
    steps.push({ step, median: millis, p95: millis });
    return result;
  };
  const often = (step: string, rounds: number, run: () => void) => {
    const times = Array.from({ length: rounds }, () => {
      const start = performance.now();
      run();
      return performance.now() - start;
    }).sort((a, b) => a - b);
    steps.push({ step, median: times[rounds >> 1]!, p95: times[Math.floor(rounds * 0.95)]! });
  };

  const tree = once("JSON parse + decode", () => decodeFlamebearer(JSON.parse(json).flamegraph));
  const names = once("names and colours", () => FrameNames.of(tree));
  often("top table", 5, () => functionValues(tree));
  const search = parseSearch("evaluate,!numba");
  if (search.kind === "terms") often("regex search", 9, () => findMatches(tree, search.matches));

  const host = document.createElement("div");
  host.style.cssText = "position:relative;width:1400px;height:800px";
  document.body.append(host);
  const theme = {
    background: "#14171c",
    muted: "#262a32",
    mutedInk: "#8b94a3",
    paleInk: "#dfe2e8",
    outline: "#fff",
    focus: "#7fb2ff",
    scrollbar: "#5b6472",
  };
  const graph = new FlameGraph(host, theme, { onZoom() {}, onHover() {} }, () => "");
  const canvas = host.querySelector("canvas")!;
  // Reading a pixel back waits until the picture is really rasterised.
  const draw = () => {
    graph.drawNow();
    canvas.getContext("2d")!.getImageData(0, 0, 1, 1);
  };
  once("first draw", () => {
    graph.show(tree, names, 0);
    draw();
  });
  // Wide frames: below them is more to draw than below the many narrow ones.
  const widest = Array.from(tree.value.keys()).sort((a, b) => tree.value[b]! - tree.value[a]!);
  const targets = Array.from({ length: ROUNDS }, () => widest[Math.floor(random() * 200)]!);
  let round = 0;
  often("zoom frame", ROUNDS, () => {
    graph.show(tree, names, targets[round++ % ROUNDS]!);
    draw();
  });
  graph.show(tree, names, 0);
  draw();
  const hits = 20_000;
  often("20 000 hit tests", 5, () => {
    for (let at = 0; at < hits; at++) graph.hit((at * 7919) % 1400, (at * 104_729) % 800);
  });
  graph.destroy();
  host.remove();
  return { nodes: tree.count, deep: tree.rows, steps };
}

/// A JSON answer shaped like a Python service: a narrow start-up path, then calls whose number falls with depth.
function syntheticAnswer(nodes: number, random: () => number): string {
  const words = [
    "evaluate",
    "fitness",
    "rolling",
    "mean",
    "parse",
    "batch",
    "encode",
    "apply",
    "merge",
    "select",
    "update",
    "load",
  ];
  const names = ["total"];
  for (let index = 1; index < Math.max(300, Math.round(Math.sqrt(nodes) * 12)); index++) {
    const a = words[hashText(`a${index}`) % words.length]!;
    const b = words[hashText(`b${index}`) % words.length]!;
    names.push(`/app/${b}/${a}_${index % 40}.py ${a}_${b}_${index}`);
  }
  const total = nodes * 1000;
  const levels: { values: string[] }[] = [{ values: ["0", String(total), "0", "0"] }];
  let row = [{ start: 0, value: total }];
  let made = 1;
  for (let depth = 1; depth < 90 && made < nodes && row.length > 0; depth++) {
    const values: string[] = [];
    const below: typeof row = [];
    let edge = 0;
    for (const { start, value } of row) {
      if (made >= nodes) break;
      const self = depth < 6 ? 0 : Math.floor(value * random() * 0.12);
      const children = depth < 6 || random() < 0.8 ? 1 : Math.floor(2 + random() * 2);
      let left = value - self;
      let at = start + self;
      for (let child = 0; child < children && left > 1 && made < nodes; child++) {
        const width = child === children - 1 ? left : Math.max(1, Math.floor(left * (0.2 + random() * 0.6)));
        values.push(
          String(at - edge),
          String(width),
          "0",
          String(1 + Math.floor(random() * (names.length - 1))),
        );
        edge = at + width;
        below.push({ start: at, value: width });
        at += width;
        left -= width;
        made++;
      }
    }
    levels.push({ values });
    row = below;
  }
  return JSON.stringify({ flamegraph: { names, levels, total: String(total) } });
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

Object.assign(globalThis, { measure });
