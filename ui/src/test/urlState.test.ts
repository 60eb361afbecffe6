import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultState, readState, writeState } from "../logic/urlState.ts";
import type { ExploreState } from "../types/selection.ts";

const everything: ExploreState = {
  service: "ga-cluster",
  profileType: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
  matchers: [
    { name: "component", operator: "=", value: "fitness" },
    { name: "ray.node.id", operator: "=~", value: 'a|"b"&c=d#+ %' },
  ],
  from: "now-3h",
  to: "1795489200000",
  timeZone: "utc",
  zoom: ["1iyiin1", "x"],
  layout: "flame",
  order: { column: "name", descending: false },
  search: "evolve,!numba",
  groupBy: "worker_id",
  rootOnTop: false,
  marked: "7em1n1",
  maxNodes: 131_072,
  refreshSeconds: 15,
};

test("state_defaults_writeAnEmptyAddress", () => {
  assert.equal(writeState(defaultState), "");
  assert.deepEqual(readState(""), { state: defaultState, problems: [] });
});

test("state_everythingSet_comesBack", () => {
  assert.deepEqual(readState(writeState(everything)), { state: everything, problems: [] });
});

test("state_eachFieldAlone_comesBack", () => {
  for (const field of Object.keys(everything) as (keyof ExploreState)[]) {
    const state = { ...defaultState, [field]: everything[field] };
    assert.deepEqual(readState(writeState(state)), { state, problems: [] });
  }
});

test("state_commonAddress_staysReadable", () => {
  const state = {
    ...defaultState,
    service: "ga",
    matchers: [{ name: "a", operator: "=" as const, value: "b" }],
  };
  assert.equal(writeState(state), 's=ga&q={a="b"}');
});

test("state_unknownParameter_isReported", () => {
  const { state, problems } = readState("s=ga&colour=red");
  assert.equal(state.service, "ga");
  assert.deepEqual(problems, ["“colour” is not a parameter of this page"]);
});

const nonsense = [
  "q={a=}",
  "from=yesterday",
  "to=now%2B1h",
  "tz=mars",
  "z=a..b",
  "v=pie",
  "i=2",
  "o=colour",
  "h=!",
  "nodes=0",
  "nodes=2000000",
  "r=-1",
];
for (const query of nonsense) {
  test(`state_${query}_isReportedAndIgnored`, () => {
    const { state, problems } = readState(query);
    assert.deepEqual(state, defaultState);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /expected: /);
  });
}
