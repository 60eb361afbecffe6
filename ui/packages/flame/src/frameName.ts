/// Who wrote the function: the user, a library, the language's runtime and standard library, the kernel or a
/// native binary, nobody (frames folded by the server), or the synthetic root.
export type Origin = "own" | "library" | "runtime" | "folded" | "root";

/// A function name as profilers send it, taken apart so that the function is never hidden behind its path.
///
/// `label` is what is drawn first, `module` is drawn dimmed behind it ("" when the name carries none),
/// `place` is `file` or `file:line` when known, `family` is what a colour is assigned to.
export interface FrameName {
  readonly text: string;
  readonly label: string;
  readonly module: string;
  readonly place: string;
  readonly family: string;
  readonly origin: Origin;
}

/// Reads one name. Each reader knows one profiler's spelling and answers null for every other.
export function readFrameName(text: string): FrameName {
  if (text === "other")
    return { text, label: "other", module: "", place: "", family: "other", origin: "folded" };
  for (const read of [pythonWithFile, node, javaWithSlashes, javaWithDots, nativeBinary, native, go]) {
    const name = read(text);
    if (name) return name;
  }
  return bare(text);
}

function pythonWithFile(text: string): FrameName | null {
  const match = /^(.*\.pyx?|<[^>]+>) (\S.*)$/.exec(text);
  if (!match) return null;
  const path = match[1]!;
  const label = match[2]!;
  const installed = /(?:site|dist)-packages\/(.+)$/.exec(path);
  const standard = /\/lib\/python3(?:\.\d+)?\/(.+)$/.exec(path);
  const inside =
    installed?.[1] ?? standard?.[1] ?? path.replace(/^(?:\.?\/)?(?:app|src|workspace|home\/[^/]+)\//, "");
  const segments = inside
    .replace(/(?:\/__init__)?\.pyx?$/, "")
    .split("/")
    .filter(Boolean);
  const module = path.startsWith("<") ? path.slice(1, -1).replace(/^frozen /, "") : segments.join(".");
  const origin = installed
    ? "library"
    : standard || path.startsWith("<frozen") || pythonStandardModules.has(segments[0] ?? "")
      ? "runtime"
      : "own";
  return { text, label, module, place: path, family: module.split(".").slice(0, 2).join("."), origin };
}

function node(text: string): FrameName | null {
  const match = /^(.+):([^:]*):(\d+)$/.exec(text);
  if (!match || match[1]!.includes("::")) return null;
  const path = match[1]!;
  const packageName = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  const module =
    packageName ??
    path.replace(/^(?:file:\/\/)?(?:\.?\/)?(?:app|src|usr\/src\/app)\//, "").replace(/\.[cm]?[jt]sx?$/, "");
  return {
    text,
    label: match[2] || "(anonymous)",
    module,
    place: `${path}:${match[3]}`,
    family: packageName ?? module,
    origin: packageName ? "library" : /^node:|^internal\//.test(path) ? "runtime" : "own",
  };
}

function javaWithSlashes(text: string): FrameName | null {
  const match = /^((?:[A-Za-z_$][\w$-]*\/)+)([A-Za-z_$][\w$]*\.[\w$<>]+.*)$/.exec(text);
  return match && !/^[a-z]+\.\(/.test(match[2]!) && /^[A-Z$_]/.test(match[2]!)
    ? java(text, match[1]!, match[2]!)
    : null;
}

function javaWithDots(text: string): FrameName | null {
  const match = /^((?:[a-z_][\w$]*\.)+)([A-Z][\w$]*(?:\.[\w$<>]+)+.*)$/.exec(text);
  return match && !text.includes("/") ? java(text, match[1]!, match[2]!) : null;
}

function java(text: string, packagePath: string, label: string): FrameName {
  const module = packagePath.replaceAll("/", ".").replace(/\.$/, "");
  const origin = /^(?:java|javax|jdk|sun|com\.sun|kotlin|scala)\b/.test(module)
    ? "runtime"
    : /^(?:org\.(?:springframework|apache|eclipse|hibernate|jboss|slf4j|jooq|postgresql)|io\.(?:netty|grpc|vertx|micrometer|opentelemetry|quarkus)|com\.(?:google|fasterxml|linecorp|zaxxer|mysql)|ch\.qos|reactor|akka|okhttp3)\b/.test(
          module,
        )
      ? "library"
      : "own";
  const parts = module.split(".");
  return {
    text,
    label: label.replace(/\$\$Lambda.*$/, " λ"),
    module,
    place: "",
    family: parts.slice(0, 3).join("."),
    origin,
  };
}

function go(text: string): FrameName | null {
  const match = /^((?:[\w.~-]+\/)*[\w~-]+)\.((?:\(\*?[\w[\].…/]+\)\.)?[\w.·\-[\]…]+)$/.exec(text);
  if (!match) return null;
  const module = match[1]!;
  const first = module.split("/")[0]!;
  const hosted = first.includes(".");
  if (!hosted && !goStandardPackages.has(first) && first !== "main" && !text.includes("(*")) return null;
  const origin = goStandardPackages.has(first)
    ? "runtime"
    : /^(?:golang\.org|google\.golang\.org|go\.[\w.]+|gopkg\.in|k8s\.io|go\d*\.)/.test(module)
      ? "library"
      : "own";
  return {
    text,
    label: match[2]!,
    module,
    place: "",
    family: module.split("/").slice(0, 4).join("/"),
    origin,
  };
}

function native(text: string): FrameName | null {
  if (!text.includes("::")) return null;
  const folded = foldTemplates(text);
  const segments = folded.split("::");
  const label = segments.slice(-2).join("::");
  const module = segments.slice(0, -2).join("::");
  const first = (segments[0] ?? "").replace(/^.*\s/, "");
  const origin = ["std", "core", "alloc", "__gnu_cxx", "tokio", "boost"].includes(first)
    ? first === "tokio" || first === "boost"
      ? "library"
      : "runtime"
    : "own";
  return { text, label, module, place: "", family: first, origin };
}

function foldTemplates(text: string): string {
  let depth = 0;
  let folded = "";
  for (const character of text) {
    if (character === "<" && depth++ === 0) folded += "<…>";
    if (depth === 0) folded += character;
    if (character === ">" && depth > 0) depth--;
  }
  return folded;
}

function nativeBinary(text: string): FrameName | null {
  const match = /^(?:\[[\w. -]+\]|(?:.*\/)?([\w+-]+\.so(?:\.\d+)*)[ .!:+]?(.*))$/.exec(text);
  if (!match) return null;
  const binary = match[1] ?? text;
  return {
    text,
    label: match[2] || binary,
    module: match[2] ? binary : "",
    place: "",
    family: binary,
    origin: "runtime",
  };
}

/// A plain name, as the Python SDK sends it: `evaluate_fitness` or `Population.evolve`.
function bare(text: string): FrameName {
  const className = /^([A-Za-z_]\w*)\.[\w<>]/.exec(text)?.[1];
  const origin =
    pythonRuntimeFunctions.has(text) || pythonRuntimeClasses.has(className ?? "") ? "runtime" : "own";
  return { text, label: text, module: "", place: "", family: className ?? text, origin };
}

const words = (text: string) => new Set(text.trim().split(/\s+/));

const pythonStandardModules = words(`
  abc argparse ast asyncio base64 bisect collections concurrent contextlib copy copyreg csv ctypes dataclasses datetime
  decimal email encodings enum fractions functools gc glob gzip hashlib heapq hmac http importlib inspect io itertools
  json logging math multiprocessing operator os pathlib pickle pkgutil platform queue random re runpy secrets select
  selectors shutil signal site socket socketserver sqlite3 sre_compile sre_parse ssl statistics string struct subprocess
  sys tempfile threading time timeit tokenize traceback types typing unittest urllib uuid warnings weakref xml zipfile`);

const pythonRuntimeFunctions = words(`
  _bootstrap _bootstrap_inner _run_once run_forever run_until_complete _run _worker _process_worker _main
  _run_module_as_main _run_code _call_with_frames_removed _find_and_load _find_and_load_unlocked _load_unlocked
  exec_module _wait_for_tstate_lock _recv _send _recv_bytes _send_bytes recv_bytes send_bytes select poll epoll_wait
  raw_decode iterencode _iterencode deepcopy _deepcopy_dict _deepcopy_list _reconstruct`);

const pythonRuntimeClasses = words(`
  Thread ThreadPoolExecutor ProcessPoolExecutor BaseEventLoop Handle Runner EpollSelector SelectSelector Connection
  JSONDecoder JSONEncoder Popen BaseProcess Process Condition Event Queue Future Task SocketIO SSLSocket Random`);

const goStandardPackages = words(`
  bufio bytes cmp compress container context crypto database embed encoding errors expvar fmt hash html image index io
  iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings sync syscall testing
  text time unicode unsafe internal gosave_systemstack_switch`);
