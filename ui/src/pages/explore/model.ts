import { batch, computed, effect, signal, untracked } from "@preact/signals";
import {
  decodeFlamebearer,
  FrameNames,
  type FunctionValues,
  findMatches,
  functionValues,
  type Matches,
  matchOrder,
  NONE,
  parseSearch,
  type StackTree,
} from "#flame";
import { send } from "../../api/client.ts";
import {
  profileStatsRequest,
  type Selection,
  selectSeriesRequest,
  serviceMatchers,
  servicesRequest,
  stacktracesRequest,
  typesRequest,
} from "../../api/requests.ts";
import { Resource } from "../../api/resource.ts";
import { type EmptyReason, emptyReason } from "../../logic/emptyReason.ts";
import { readProfileType } from "../../logic/profileType.ts";
import { type ChartSeries, toChartSeries } from "../../logic/series.ts";
import { chooseSelection, readServices, type Service } from "../../logic/services.ts";
import { alignedRange, resolveRange, stepSeconds } from "../../logic/timeRange.ts";
import { readState, writeState } from "../../logic/urlState.ts";
import { followZoomPath, functionWithHash, nameHash, widestFrame, zoomPathOf } from "../../logic/zoomPath.ts";
import { navigate, query } from "../../router.ts";
import type { ExploreState } from "../../types/selection.ts";
import type {
  ProfileStatsResponse,
  SelectSeriesResponse,
  SeriesResponse,
  StacktracesResponse,
} from "../../types/wire.ts";

/// A merged tree with everything derived from it once.
export interface Stacks {
  readonly tree: StackTree;
  readonly names: FrameNames;
  readonly functions: FunctionValues;
  readonly selection: Selection;
}

/// What the Explore page shows: the address is the state, everything else follows from it and from the server.
export function createExploreModel() {
  const read = computed(() => readState(query.value));
  const state = computed(() => read.value.state);
  const nowMillis = signal(Date.now());
  const range = computed(() => resolveRange(state.value.from, state.value.to, nowMillis.value));
  const services = new Resource<Service[]>();
  const series = new Resource<ChartSeries>();
  const stacks = new Resource<Stacks>();
  const dataIngested = signal<boolean | null>(null);
  const reason = signal<EmptyReason | null>(null);
  const problems = signal<readonly string[]>([]);

  function change(part: Partial<ExploreState>, how: "push" | "replace" = "push"): void {
    navigate(writeState({ ...state.peek(), ...part }), how);
  }

  function refresh(): void {
    nowMillis.value = Date.now();
  }

  const selectionKey = computed(() => {
    const { service, profileType, matchers } = state.value;
    return range.value && service && profileType
      ? JSON.stringify([service, profileType, matchers, range.value.startMillis, range.value.endMillis])
      : "";
  });
  const selection = computed<Selection | null>(() => {
    if (selectionKey.value === "") return null;
    const { service, profileType, matchers } = untracked(() => state.value);
    return { service, type: readProfileType(profileType), matchers, range: untracked(() => range.value)! };
  });
  const groupBy = computed(() => state.value.groupBy);
  const maxNodes = computed(() => state.value.maxNodes);
  const refreshSeconds = computed(() => state.value.refreshSeconds);

  const stops = [
    // Kept until dismissed: the page rewrites its address, and what it did not understand must not go with it.
    effect(() => {
      if (read.value.problems.length) problems.value = read.value.problems;
    }),
    effect(() => {
      if (range.value) services.load<SeriesResponse>(servicesRequest(range.value), readServices);
    }),
    effect(() => {
      const list = services.state.value.data;
      if (!list) return;
      if (list.length === 0) void askWhetherAnything();
      else dataIngested.value = true;
      const { service, profileType } = state.value;
      const chosen = chooseSelection(list, service, profileType);
      if (chosen && (chosen.service !== service || chosen.profileType !== profileType)) {
        untracked(() => change(chosen, "replace"));
      }
    }),
    effect(() => {
      if (!selection.value) return stacks.clear();
      const asked = selection.value;
      stacks.load<StacktracesResponse>(stacktracesRequest(asked, maxNodes.value), ({ flamegraph }) => {
        const tree = decodeFlamebearer(flamegraph ?? {});
        return { tree, names: FrameNames.of(tree), functions: functionValues(tree), selection: asked };
      });
    }),
    effect(() => {
      if (!selection.value) return series.clear();
      const { range: askedRange, type } = selection.value;
      const step = stepSeconds(askedRange);
      const group = groupBy.value;
      series.load<SelectSeriesResponse>(selectSeriesRequest(selection.value, group), (answer) =>
        toChartSeries(answer, alignedRange(askedRange, step), step, {
          gauge: type.gauge,
          groupBy: group,
          nowMillis: Date.now(),
        }),
      );
    }),
    effect(() => {
      const seconds = refreshSeconds.value;
      if (seconds === 0) return;
      const timer = setInterval(() => {
        if (document.visibilityState === "visible") refresh();
      }, seconds * 1000);
      return () => clearInterval(timer);
    }),
    effect(() => {
      const { status, data } = stacks.state.value;
      const list = services.state.value.data;
      if (status === "ready" && data && data.tree.total === 0 && list) {
        void explain(data.selection, list);
      } else {
        reason.value = null;
      }
    }),
  ];

  async function askWhetherAnything(): Promise<void> {
    try {
      const stats = await send<ProfileStatsResponse>(profileStatsRequest());
      dataIngested.value = stats.dataIngested === true;
    } catch {
      dataIngested.value = true;
    }
  }

  async function explain(asked: Selection, list: readonly Service[]): Promise<void> {
    const service = list.find(({ name }) => name === asked.service);
    try {
      const stats = service ? null : await send<ProfileStatsResponse>(profileStatsRequest());
      const seriesLeft = await Promise.all(
        asked.matchers.map(async (_, index) => {
          const matchers = serviceMatchers({
            service: asked.service,
            matchers: asked.matchers.slice(0, index + 1),
          });
          return readServices(await send<SeriesResponse>(typesRequest(asked.range, matchers))).length > 0;
        }),
      );
      if (stacks.state.peek().data?.selection !== asked) return;
      const newest = Number(stats?.newestProfileTime ?? 0);
      reason.value = emptyReason(
        service,
        asked.type.id,
        asked.matchers,
        seriesLeft,
        newest > 0 ? newest : null,
      );
    } catch {
      reason.value = { kind: "noSamples" };
    }
  }

  const search = computed(() => parseSearch(state.value.search));
  const matches = computed<Matches | null>(() => {
    const data = stacks.state.value.data;
    const asked = search.value;
    return data && asked.kind === "terms" ? findMatches(data.tree, asked.matches) : null;
  });
  const order = computed(() => {
    const data = stacks.state.value.data;
    return data && matches.value ? matchOrder(data.tree, matches.value.mask) : new Int32Array(0);
  });
  const matchPosition = signal(NONE);
  const zoomTarget = computed(() => {
    const data = stacks.state.value.data;
    return data ? followZoomPath(data.tree, state.value.zoom) : { node: 0, missing: 0 };
  });
  const markedName = computed(() => {
    const data = stacks.state.value.data;
    return data ? functionWithHash(data.tree.names, state.value.marked) : NONE;
  });

  return {
    state,
    problems,
    range,
    nowMillis,
    services,
    series,
    stacks,
    dataIngested,
    reason,
    search,
    matches,
    matchCount: computed(() => order.value.length),
    matchPosition,
    zoomTarget,
    markedName,
    change,
    refresh,

    /// Another service, with the same kind of profile when it sends that, else its first.
    chooseService(service: string): void {
      const types = services.state.peek().data?.find(({ name }) => name === service)?.types ?? [];
      const { profileType } = state.peek();
      const kept = types.some(({ id }) => id === profileType) ? profileType : (types[0]?.id ?? "");
      change({ service, profileType: kept, matchers: [], zoom: [], marked: "", groupBy: "" });
    },

    /// Zooms to a node of the shown tree and writes its path into the address.
    zoomTo(node: number): void {
      const data = stacks.state.peek().data;
      if (data) change({ zoom: zoomPathOf(data.tree, node) });
    },

    zoomUp(): void {
      const { zoom } = state.peek();
      if (zoom.length) change({ zoom: zoom.slice(0, -1) });
    },

    setSearch(text: string): void {
      batch(() => {
        matchPosition.value = NONE;
        change({ search: text }, "replace");
      });
    },

    /// Zooms to the next (1) or previous (-1) match, widest first.
    stepMatch(direction: -1 | 1): void {
      const data = stacks.state.peek().data;
      const found = order.peek();
      if (!data || found.length === 0) return;
      const from = matchPosition.peek() === NONE ? (direction === 1 ? -1 : 0) : matchPosition.peek();
      const position = (from + direction + found.length) % found.length;
      matchPosition.value = position;
      change({ zoom: zoomPathOf(data.tree, found[position]!) });
    },

    /// Outlines a function wherever it occurs; the same one again takes the outline away.
    toggleMark(nameIndex: number): void {
      const data = stacks.state.peek().data;
      if (!data) return;
      const hash = nameHash(data.tree.names[nameIndex]!);
      change({ marked: state.peek().marked === hash ? "" : hash }, "replace");
    },

    /// Zooms to the widest frame of a function and outlines all of them.
    showFunction(nameIndex: number): void {
      const data = stacks.state.peek().data;
      if (!data) return;
      const node = widestFrame(data.tree, nameIndex);
      if (node === NONE) return;
      const layout = state.peek().layout === "table" ? "both" : state.peek().layout;
      change({ zoom: zoomPathOf(data.tree, node), marked: nameHash(data.tree.names[nameIndex]!), layout });
    },

    stop(): void {
      for (const stop of stops) stop();
      services.cancel();
      series.cancel();
      stacks.cancel();
    },
  };
}

export type ExploreModel = ReturnType<typeof createExploreModel>;
