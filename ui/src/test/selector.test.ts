import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSelector, printSelector, SelectorError } from "../logic/selector.ts";
import type { Matcher } from "../types/selection.ts";

const drawn: readonly (readonly [text: string, matchers: readonly Matcher[]])[] = [
  ["{}", []],
  ["", []],
  ['{a="b"}', [{ name: "a", operator: "=", value: "b" }]],
  ['a="b"', [{ name: "a", operator: "=", value: "b" }]],
  [
    '{ a != "b" , c =~ "x.*" , }',
    [
      { name: "a", operator: "!=", value: "b" },
      { name: "c", operator: "=~", value: "x.*" },
    ],
  ],
  ['{"otel.scope"!~"x"}', [{ name: "otel.scope", operator: "!~", value: "x" }]],
  ["{a='b\"c'}", [{ name: "a", operator: "=", value: 'b"c' }]],
  ["{a=`\\d+`}", [{ name: "a", operator: "=", value: "\\d+" }]],
  ['{a="\\\\d\\n\\""}', [{ name: "a", operator: "=", value: '\\d\n"' }]],
];

for (const [text, matchers] of drawn) {
  test(`selector_${text}_isRead`, () => assert.deepEqual(parseSelector(text), matchers));
  test(`selector_${text}_survivesPrinting`, () =>
    assert.deepEqual(parseSelector(printSelector(matchers)), matchers));
}

for (const [text, at] of [
  ["{a}", 2],
  ['{a="b"', 6],
  ['{a="b', 3],
  ['{a="b"} x', 8],
  ['{1a="b"}', 1],
  ['{a="b",,}', 7],
] as const) {
  test(`selector_${text}_isRefusedAtItsPlace`, () => {
    assert.throws(
      () => parseSelector(text),
      (error) => error instanceof SelectorError && error.at === at,
    );
  });
}
