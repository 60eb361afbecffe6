// What Maven runs: `build` brings the packages and the page up to date, `test` proves it.
// Both do nothing that is already done, so that a Maven build of an unchanged page costs a second.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const NODE_MAJOR_MIN = 20;
const SOURCES = [
  "src",
  "packages",
  "scripts",
  "public",
  "index.html",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vite.config.ts",
];

const [goal] = process.argv.slice(2);
const nodeMajor = Number(process.versions.node.split(".")[0]);
if (nodeMajor < NODE_MAJOR_MIN) {
  fail(`node: ${process.versions.node} (expected: at least ${NODE_MAJOR_MIN})`);
}
switch (goal) {
  case "build":
    if (newest(["package-lock.json"]) > newest(["node_modules/.package-lock.json"])) {
      npm("ci", "--no-audit", "--no-fund", "--loglevel=error");
    }
    if (newest(SOURCES) > newest(["dist/index.html"])) {
      npm("run", "--silent", "build");
    }
    break;
  case "test":
    npm("run", "--silent", "lint");
    npm("run", "--silent", "typecheck");
    npm("test", "--silent");
    break;
  default:
    fail(`goal: ${goal} (expected: build or test)`);
}

/** Latest modification below the paths, milliseconds since the epoch; 0 when none of them exists. */
function newest(paths) {
  return Math.max(0, ...paths.filter((path) => existsSync(path)).map(newestOf));
}

function newestOf(path) {
  const status = statSync(path);
  return status.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : status.mtimeMs;
}

function npm(...args) {
  const { status, error } = spawnSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
  if (error) {
    fail(`npm: ${error.message} (expected: npm on the PATH, it comes with Node)`);
  }
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
