import { useState } from "preact/hooks";
import { MOST_SERIES } from "../../api/requests.ts";
import { Panel } from "../../components/Panel.tsx";
import { Picker } from "../../components/Picker.tsx";
import { SeriesChart } from "../../components/SeriesChart.tsx";
import { formatAxisRate, formatRate } from "../../logic/format.ts";
import { type PanelState, waitingState } from "../../logic/panelState.ts";
import { readProfileType } from "../../logic/profileType.ts";
import { meanRate } from "../../logic/series.ts";
import type { ExploreModel } from "./model.ts";
import { labelsOf } from "./SelectionBar.tsx";

export function SeriesPanel({ model }: { model: ExploreModel }) {
  const { service, profileType, groupBy, timeZone } = model.state.value;
  const resource = model.series.state.value;
  const type = readProfileType(profileType);
  const data = resource.data;
  const format = (value: number) => formatRate(value, type);
  const average = data && meanRate(data);
  return (
    <Panel
      name="Over time"
      className="series-panel"
      state={seriesState(model)}
      request={resource.request}
      onRetry={() => model.series.retry()}
      onCancel={() => model.series.cancel()}
      title={
        <>
          <b>{type.title}</b> of <b>{service || "…"}</b>
          {data && average && data.values.length > 0 && (
            <span class="panel-figure">
              {groupBy && data.values.length === MOST_SERIES ? `top ${MOST_SERIES} by ${groupBy}: ` : ""}
              {format(average.rate)} on average{average.hasGaps ? " while there is data" : ""}
            </span>
          )}
        </>
      }
      tools={<GroupPicker model={model} groupBy={groupBy} />}
    >
      {data && (
        <SeriesChart
          data={data}
          timeZone={timeZone}
          format={format}
          formatAxis={(value) => formatAxisRate(value, type)}
          onSelectRange={(start, end) =>
            model.change({ from: String(start), to: String(end), refreshSeconds: 0 })
          }
          onSelectTitle={
            groupBy
              ? (title) =>
                  model.change({
                    matchers: [
                      ...model.state.peek().matchers.filter(({ name }) => name !== groupBy),
                      { name: groupBy, operator: "=", value: title === "(not set)" ? "" : title },
                    ],
                  })
              : null
          }
        />
      )}
    </Panel>
  );
}

function seriesState(model: ExploreModel): PanelState {
  const resource = model.series.state.value;
  const waiting = waitingState(resource, {
    title: "Show the last hour",
    run: () => model.change({ from: "now-1h", to: "now" }),
  });
  if (waiting) return waiting;
  if (resource.data!.values.length === 0 && resource.status === "ready") {
    return {
      kind: "empty",
      title: "No points",
      reason: "No profile of this selection falls into the range.",
      actions: [],
    };
  }
  return { kind: "ready", stale: resource.status === "loading" };
}

function GroupPicker({ model, groupBy }: { model: ExploreModel; groupBy: string }) {
  const [names, setNames] = useState<{ list: readonly string[]; loading: boolean }>({
    list: [],
    loading: false,
  });
  const ask = () => {
    setNames({ list: names.list, loading: true });
    labelsOf(model, model.state.peek().matchers)
      .names()
      .then(
        (list) => setNames({ list, loading: false }),
        () => setNames({ list: [], loading: false }),
      );
  };
  return (
    <Picker
      label="Group by"
      placeholder="nothing"
      options={[
        { value: "", title: "nothing", note: "" },
        ...names.list.map((name) => ({ value: name, title: name, note: "" })),
      ]}
      value={groupBy}
      loading={names.loading}
      onOpen={ask}
      onChoose={(chosen) => model.change({ groupBy: chosen })}
    />
  );
}
