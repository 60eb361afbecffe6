import assert from "node:assert/strict";
import { test } from "node:test";
import { findMatches, matchOrder, parseSearch } from "../src/search.ts";
import { drawTree } from "./draw.ts";

const tree = drawTree(`
  main
    parse  3
      parse_line  5
    serve  2
      write  6
`);

function found(text: string): string[] {
  const search = parseSearch(text);
  return search.kind === "terms" ? tree.names.filter((name, index) => index > 0 && search.matches(name)) : [];
}

function matched(text: string) {
  const search = parseSearch(text);
  assert.equal(search.kind, "terms");
  return findMatches(tree, search.kind === "terms" ? search.matches : () => false);
}

test("search_comma_meansOr", () => {
  assert.deepEqual(found("write, serve").sort(), ["serve", "write"]);
});

test("search_exclamationMark_leavesOut", () => {
  assert.deepEqual(found("parse,!line"), ["parse"]);
  assert.deepEqual(found("!parse").sort(), ["main", "serve", "write"]);
});

test("search_commaInsideBraces_belongsToTheExpression", () => {
  assert.deepEqual(found("r{1,2}ite"), ["write"]);
});

test("search_lowerCase_ignoresCase_andACapitalDoesNot", () => {
  assert.deepEqual(found("^MAIN"), []);
  assert.deepEqual(found("^main"), ["main"]);
});

test("search_brokenExpression_saysSo", () => {
  assert.equal(parseSearch("(").kind, "invalid");
});

test("search_blankText_isNone", () => {
  assert.equal(parseSearch(" , ").kind, "none");
});

test("matches_nestedMatch_countsItsStackOnce", () => {
  const { value, frames, functions } = matched("parse");
  assert.deepEqual({ value, frames, functions }, { value: 8, frames: 2, functions: 2 });
});

test("matchOrder_outermostMatches_comeWidestFirst", () => {
  const order = matchOrder(tree, matched("parse|write|serve").mask);
  assert.deepEqual(
    [...order].map((node) => tree.names[tree.name[node]!]),
    ["parse", "serve"],
  );
});
