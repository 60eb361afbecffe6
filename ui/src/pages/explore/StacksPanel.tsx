import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { NONE } from "#flame";
import { FlameView } from "../../components/FlameView.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { TopTable } from "../../components/TopTable.tsx";
import { foldedShare } from "../../logic/folded.ts";
import { formatAge, formatCount, formatShare, formatValue } from "../../logic/format.ts";
import { type PanelState, waitingState } from "../../logic/panelState.ts";
import { unitSentence } from "../../logic/sentence.ts";
import { formatDateTime } from "../../logic/timeRange.ts";
import { zoomCrumbs } from "../../logic/zoomPath.ts";
import type { Layout } from "../../types/selection.ts";
import type { ExploreModel, Stacks } from "./model.ts";

const MOST_NODES = 1_048_576;

/// Table and flame graph of the merged stacks, with their search.
export function StacksPanel({
  model,
  searchField,
}: {
  model: ExploreModel;
  searchField: RefObject<HTMLInputElement | null>;
}) {
  const resource = model.stacks.state.value;
  const data = resource.data;
  const { layout } = model.state.value;
  return (
    <Panel
      name="Stacks"
      className="stacks-panel"
      state={stacksState(model)}
      request={resource.request}
      onRetry={() => model.stacks.retry()}
      onCancel={() => model.stacks.cancel()}
      title={<LayoutTabs layout={layout} onChange={(next) => model.change({ layout: next })} />}
      tools={<SearchBox model={model} searchField={searchField} />}
    >
      {data && <StacksBody model={model} data={data} />}
    </Panel>
  );
}

function StacksBody({ model, data }: { model: ExploreModel; data: Stacks }) {
  const { layout, rootOnTop } = model.state.value;
  const { tree, names, functions, selection } = data;
  const format = (value: number) => formatValue(value, selection.type.measure);
  const [hovered, setHovered] = useState<number>(NONE);
  const mask = model.matches.value?.mask ?? null;
  return (
    <>
      <div class={`stacks layout-${layout}`}>
        <div class="stacks-table">
          <TopTable
            names={names}
            texts={tree.names}
            functions={functions}
            total={tree.total}
            mask={mask}
            marked={model.markedName.value}
            format={format}
            order={model.state.value.order}
            onOrder={(order) => model.change({ order }, "replace")}
            onMark={model.toggleMark}
            onOpen={model.showFunction}
            hinted={hovered}
            onHoverName={setHovered}
          />
        </div>
        <div class="stacks-flame">
          <Crumbs model={model} data={data} />
          <FlameView
            tree={tree}
            names={names}
            question={questionOf(model, data)}
            zoomNode={model.zoomTarget.value.node}
            matches={mask}
            marked={model.markedName.value}
            rootOnTop={rootOnTop}
            format={format}
            onZoom={model.zoomTo}
            hinted={hovered}
            onHoverName={setHovered}
          />
        </div>
      </div>
      <footer class="stacks-foot">
        <span class="stacks-sentence" data-total={tree.total}>
          {unitSentence(selection.type, tree.total, selection.range)}
        </span>
        <span class="stacks-counts">
          {formatCount(tree.count - 1)} frames, {formatCount(tree.names.length - 1)} functions,{" "}
          {Math.max(0, tree.rows - 1)} deep
        </span>
      </footer>
    </>
  );
}

/// Two trees with the same text here differ only in time.
function questionOf(model: ExploreModel, { selection }: Stacks): string {
  return JSON.stringify([selection.service, selection.type.id, selection.matchers, model.state.value.zoom]);
}

const tabs: readonly { layout: Layout; title: string; key: string }[] = [
  { layout: "flame", title: "Flame graph", key: "1" },
  { layout: "table", title: "Table", key: "2" },
  { layout: "both", title: "Both", key: "3" },
];

function LayoutTabs({ layout, onChange }: { layout: Layout; onChange: (layout: Layout) => void }) {
  return (
    <span class="segments" role="group" aria-label="Layout">
      {tabs.map((tab) => (
        <button
          key={tab.layout}
          type="button"
          class={`segment segment-${tab.layout}`}
          aria-pressed={layout === tab.layout || (layout === "auto" && tab.layout === autoLayout())}
          title={`${tab.title} ( ${tab.key} )`}
          onClick={() => onChange(tab.layout)}
        >
          {tab.title}
        </button>
      ))}
    </span>
  );
}

function autoLayout(): Layout {
  return matchMedia("(max-width: 799px)").matches ? "table" : "both";
}

function SearchBox({
  model,
  searchField,
}: {
  model: ExploreModel;
  searchField: RefObject<HTMLInputElement | null>;
}) {
  const { search: text, rootOnTop } = model.state.value;
  const search = model.search.value;
  const matches = model.matches.value;
  const total = model.stacks.state.value.data?.tree.total ?? 0;
  const count = model.matchCount.value;
  return (
    <>
      {search.kind === "terms" && matches && (
        <span class="search-share" role="status">
          <b>{formatShare(matches.value, total)}</b> matched
          <span class="search-count">
            {model.matchPosition.value === -1
              ? formatCount(count)
              : `${model.matchPosition.value + 1} of ${formatCount(count)}`}
          </span>
        </span>
      )}
      {search.kind === "invalid" && (
        <span class="search-share search-invalid" role="status">
          {search.message}
        </span>
      )}
      <div class="search">
        <Icon name="search" />
        <input
          ref={searchField}
          class="field search-field"
          type="search"
          aria-label="Search functions"
          aria-invalid={search.kind === "invalid"}
          placeholder="Search functions  ( / )"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => model.setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") model.stepMatch(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </div>
      {count > 0 && (
        <div class="joined">
          <button
            type="button"
            class="button button-icon"
            aria-label="Previous match"
            title="Previous match ( N )"
            onClick={() => model.stepMatch(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="button button-icon"
            aria-label="Next match"
            title="Next match ( n )"
            onClick={() => model.stepMatch(1)}
          >
            <Icon name="down" />
          </button>
        </div>
      )}
      <button
        type="button"
        class="button button-icon"
        aria-label={rootOnTop ? "Root at the bottom" : "Root on top"}
        title={`${rootOnTop ? "Root at the bottom" : "Root on top"} ( i )`}
        onClick={() => model.change({ rootOnTop: !rootOnTop }, "replace")}
      >
        <Icon name="flip" />
      </button>
    </>
  );
}

/// The way from the root to the zoomed frame; empty while nothing is zoomed.
function Crumbs({ model, data }: { model: ExploreModel; data: Stacks }) {
  const { node } = model.zoomTarget.value;
  if (node === 0) return null;
  const crumbs = zoomCrumbs(data.tree, node);
  const shown = crumbs.length > 4 ? [crumbs[0]!, null, ...crumbs.slice(-3)] : crumbs;
  return (
    <nav class="crumbs" aria-label="Zoom">
      {shown.map((crumb) =>
        crumb === null ? (
          <span key="gap" class="crumb-gap">
            … {crumbs.length - 4} more
          </span>
        ) : (
          <button
            key={crumb}
            type="button"
            class="crumb"
            aria-current={crumb === node ? "true" : undefined}
            onClick={() => model.zoomTo(crumb)}
          >
            {data.names.at(data.tree.name[crumb]!).label}
          </button>
        ),
      )}
      <span class="crumb-share">{formatShare(data.tree.value[node]!, data.tree.total)} of total</span>
      <button
        type="button"
        class="button button-quiet"
        title="Zoom out fully ( 0 )"
        onClick={() => model.change({ zoom: [] })}
      >
        Reset zoom
      </button>
    </nav>
  );
}

function stacksState(model: ExploreModel): PanelState {
  const resource = model.stacks.state.value;
  const services = model.services.state.value;
  const lastHour = { title: "Show the last hour", run: () => model.change({ from: "now-1h", to: "now" }) };
  if (resource.status === "idle" && services.status === "failed" && services.error) {
    return waitingState(services, lastHour) ?? { kind: "loading" };
  }
  if (model.range.value === null) {
    return {
      kind: "empty",
      title: "The range is empty",
      reason: "Its start does not lie before its end.",
      actions: [lastHour],
    };
  }
  if (resource.status === "idle" && services.data?.length === 0) {
    return {
      kind: "empty",
      title: "Nothing was sent in this range",
      reason: "The server has profiles, but none of them lies between the two ends.",
      actions: [{ title: "Show the last 30 days", run: () => model.change({ from: "now-30d", to: "now" }) }],
    };
  }
  const waiting = waitingState(resource, lastHour);
  if (waiting) return waiting;
  const data = resource.data!;
  const stale = resource.status === "loading";
  if (data.tree.total === 0 && !stale) return emptyState(model);
  const folded = foldedShare(data.tree, data.names);
  const { maxNodes } = model.state.value;
  if (folded > 0.001 && maxNodes < MOST_NODES) {
    return {
      kind: "partial",
      stale,
      note: `${formatShare(folded, 1)} of the value is in frames too small to be among the ${formatCount(maxNodes)} sent; they are added up as “other”.`,
      actions: [
        {
          title: "Ask for 8 times as many",
          run: () => model.change({ maxNodes: Math.min(MOST_NODES, maxNodes * 8) }),
        },
      ],
    };
  }
  return { kind: "ready", stale };
}

function emptyState(model: ExploreModel): PanelState {
  const reason = model.reason.value;
  const { service, matchers, timeZone } = model.state.value;
  const title = "No samples";
  switch (reason?.kind) {
    case undefined:
      return { kind: "empty", title, reason: "Finding out why…", actions: [] };
    case "noServiceInRange": {
      const newest = reason.newestMillis;
      return {
        kind: "empty",
        title: `${service} sent nothing in this range`,
        reason: newest
          ? `The newest profile on this server is from ${formatDateTime(newest, timeZone)}, ${formatAge(model.nowMillis.value - newest)}.`
          : "No other range is known.",
        actions: newest
          ? [
              {
                title: "Show the hour before it",
                run: () => model.change({ from: String(newest - 3_600_000), to: String(newest + 1) }),
              },
            ]
          : [],
      };
    }
    case "typeNotSent":
      return {
        kind: "empty",
        title: `${service} does not send this type`,
        reason: "In this range it sends:",
        actions: reason.types.map(({ id, title }) => ({
          title,
          run: () => model.change({ profileType: id }),
        })),
      };
    case "matcherKills":
      return {
        kind: "empty",
        title: "The matchers leave nothing",
        reason: `With ${reason.text} no series is left.`,
        actions: [
          {
            title: `Remove ${reason.text}`,
            run: () => model.change({ matchers: matchers.filter((_, index) => index !== reason.index) }),
          },
        ],
      };
    case "noSamples":
      return {
        kind: "empty",
        title,
        reason: "The profiles of this selection hold no samples of this type.",
        actions: [],
      };
  }
}
