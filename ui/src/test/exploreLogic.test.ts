import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameNames, functionValues } from "#flame";
import { drawTree, nodeNamed } from "../../packages/flame/test/draw.ts";
import { serviceMatchers, stacktracesRequest } from "../api/requests.ts";
import { toCurl } from "../logic/curl.ts";
import { emptyReason } from "../logic/emptyReason.ts";
import { foldedShare } from "../logic/folded.ts";
import { inNaturalOrder } from "../logic/naturalOrder.ts";
import { waitingState } from "../logic/panelState.ts";
import { readProfileType } from "../logic/profileType.ts";
import { meanRate, toChartSeries } from "../logic/series.ts";
import { chooseSelection, readServices, visibleLabels } from "../logic/services.ts";
import { topRows } from "../logic/topRows.ts";
import {
  followZoomPath,
  functionWithHash,
  nameHash,
  widestFrame,
  zoomCrumbs,
  zoomPathOf,
} from "../logic/zoomPath.ts";

const CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const tree = drawTree(`
  main
    parse  3
      read  5
    serve  1
      read  4
    other  7
`);

test("zoomPath_anyNode_leadsBackToIt", () => {
  for (let node = 0; node < tree.count; node++) {
    assert.deepEqual(followZoomPath(tree, zoomPathOf(tree, node)), { node, missing: 0 });
  }
});

test("zoomPath_frameThatIsGone_endsAtItsCaller", () => {
  const path = [nameHash("main"), nameHash("parse"), nameHash("gone"), nameHash("deeper")];
  assert.deepEqual(followZoomPath(tree, path), { node: nodeNamed(tree, "parse"), missing: 2 });
});

test("crumbs_ofALeaf_runFromOutside", () => {
  const leaf = tree.name.lastIndexOf(tree.names.indexOf("read"));
  assert.deepEqual(
    zoomCrumbs(tree, leaf).map((node) => tree.names[tree.name[node]!]),
    ["main", "serve", "read"],
  );
});

test("widestFrame_functionWithTwoFrames_isTheLarger", () => {
  const read = functionWithHash(tree.names, nameHash("read"));
  assert.equal(tree.value[widestFrame(tree, read)], 5);
});

test("foldedShare_otherFrames_areAPartOfTheTotal", () => {
  assert.equal(foldedShare(tree, FrameNames.of(tree)), 7 / 20);
});

test("topRows_eachOrder_sortsAndBreaksTies", () => {
  const values = functionValues(tree);
  const named = (rows: Int32Array) => [...rows].map((index) => tree.names[index]).join(" ");
  assert.equal(
    named(topRows(tree.names, values, { column: "self", descending: true }, null)),
    "read other parse serve main",
  );
  assert.equal(
    named(topRows(tree.names, values, { column: "total", descending: true }, null)),
    "main read parse other serve",
  );
  assert.equal(
    named(topRows(tree.names, values, { column: "name", descending: false }, null)),
    "main other parse read serve",
  );
});

test("topRows_mask_leavesOnlyMatches", () => {
  const mask = new Uint8Array(tree.names.length);
  mask[tree.names.indexOf("parse")] = 1;
  assert.equal(
    topRows(tree.names, functionValues(tree), { column: "self", descending: true }, mask).length,
    1,
  );
});

const labels = (service: string, type: string) => ({
  labels: [
    { name: "service_name", value: service },
    { name: "__profile_type__", value: type },
  ],
});

test("services_labelSets_areGroupedAndCpuComesFirst", () => {
  const services = readServices({
    labelsSet: [
      labels("b", "memory:alloc_space:bytes:space:bytes"),
      labels("b", CPU),
      labels("a", "mutex:delay:nanoseconds:x:y"),
      { labels: [] },
    ],
  });
  assert.deepEqual(
    services.map(({ name, types }) => [name, types.map(({ title }) => title)]),
    [
      ["a", ["Lock wait"]],
      ["b", ["CPU", "Allocated memory"]],
    ],
  );
});

test("choice_bareAddress_takesTheFirstServiceWithCpu", () => {
  const services = readServices({
    labelsSet: [labels("a", "mutex:delay:nanoseconds:x:y"), labels("b", CPU)],
  });
  assert.deepEqual(chooseSelection(services, "", ""), { service: "b", profileType: CPU });
  assert.deepEqual(chooseSelection(services, "a", ""), {
    service: "a",
    profileType: "mutex:delay:nanoseconds:x:y",
  });
  assert.deepEqual(chooseSelection(services, "gone", CPU), { service: "gone", profileType: CPU });
  assert.equal(chooseSelection([], "", ""), null);
});

test("labels_offered_leaveOutPrivateOnesAndTheService", () => {
  assert.deepEqual(visibleLabels(["__name__", "pod", "service_name", "__x"]), ["pod", "__x"]);
});

const matchers = [
  { name: "pod", operator: "=" as const, value: "a" },
  { name: "zone", operator: "=" as const, value: "b" },
];
const service = { name: "s", types: [readProfileType(CPU)] };

test("emptyReason_eachCause_isTold", () => {
  assert.deepEqual(emptyReason(undefined, CPU, [], [], 5), { kind: "noServiceInRange", newestMillis: 5 });
  assert.equal(emptyReason(service, "mutex:delay:nanoseconds::", [], [], null).kind, "typeNotSent");
  assert.deepEqual(emptyReason(service, CPU, matchers, [true, false], null), {
    kind: "matcherKills",
    index: 1,
    text: 'zone="b"',
  });
  assert.deepEqual(emptyReason(service, CPU, matchers, [true, true], null), { kind: "noSamples" });
});

test("series_sparsePoints_leaveGapsAndBecomeRates", () => {
  const answer = {
    series: [
      {
        labels: [{ name: "pod", value: "a" }],
        points: [
          { timestamp: "60000", value: 30 },
          { timestamp: "120000", value: 60 },
        ],
      },
    ],
  };
  const chart = toChartSeries(answer, { startMillis: 30_000, endMillis: 120_000 }, 30, {
    gauge: false,
    groupBy: "pod",
    nowMillis: 1e12,
  });
  assert.deepEqual(chart.times, [30, 60, 90, 120]);
  assert.deepEqual(chart.values, [[null, 1, null, 2]]);
  assert.deepEqual(chart.titles, ["a"]);
  assert.deepEqual(meanRate(chart), { rate: 1.5, hasGaps: true });
});

test("values_withNumbersInThem_areInNaturalOrder", () => {
  assert.deepEqual(inNaturalOrder(["10", "2", "1"]), ["1", "2", "10"]);
  assert.deepEqual(inNaturalOrder(["worker-10", "worker-9", "None", ""]), [
    "",
    "None",
    "worker-9",
    "worker-10",
  ]);
});

test("series_stepStillFilling_isLeftOut", () => {
  const points = [1, 2, 3, 4, 5].map((index) => ({ timestamp: String(index * 10_000), value: 10 }));
  const range = { startMillis: 10_000, endMillis: 50_000 };
  const chart = toChartSeries({ series: [{ points }] }, range, 10, {
    gauge: true,
    groupBy: "",
    nowMillis: 49_000,
  });
  assert.deepEqual(chart.times, [10, 20, 30, 40]);
  assert.deepEqual(meanRate(chart), { rate: 10, hasGaps: false });
});

test("request_selection_isSentAsShown", () => {
  const selection = {
    service: "s",
    type: readProfileType(CPU),
    matchers,
    range: { startMillis: 1000.4, endMillis: 2000.2 },
  };
  assert.equal(serviceMatchers(selection).length, 3);
  assert.deepEqual(stacktracesRequest(selection, 100), {
    path: "/querier.v1.QuerierService/SelectMergeStacktraces",
    body: {
      profileTypeID: CPU,
      labelSelector: '{service_name="s", pod="a", zone="b"}',
      start: "1000",
      end: "2001",
      maxNodes: "100",
    },
  });
});

test("curl_quoteInABody_isEscapedForTheShell", () => {
  assert.match(toCurl({ path: "/x", body: { q: "it's" } }, "http://h"), /--data '\{"q":"it'\\''s"\}'$/);
  assert.equal(toCurl({ path: "/x", body: null }, "http://h"), "curl 'http://h/x'");
});

test("waiting_refusalBecauseOfSize_isTooMuch_otherErrorsAreErrors", () => {
  const request = { path: "/x", body: {} };
  const failed = (status: number, message: string) => ({
    status: "failed",
    data: null,
    error: { request, status, code: "x", message, retryAfterSeconds: null },
  });
  const action = { title: "", run: () => {} };
  assert.equal(waitingState(failed(400, "the query time range exceeds the limit"), action)?.kind, "tooMuch");
  assert.equal(waitingState(failed(500, "broken"), action)?.kind, "error");
  assert.equal(waitingState({ status: "loading", data: null, error: null }, action)?.kind, "loading");
  assert.equal(waitingState({ status: "loading", data: {}, error: null }, action), null);
});
