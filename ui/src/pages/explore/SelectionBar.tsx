import { send } from "../../api/client.ts";
import { labelNamesRequest, labelValuesRequest, serviceMatchers } from "../../api/requests.ts";
import { Icon, Mark } from "../../components/Icon.tsx";
import { type LabelSource, MatcherBar } from "../../components/MatcherBar.tsx";
import { Picker } from "../../components/Picker.tsx";
import { TimePicker } from "../../components/TimePicker.tsx";
import { cycleTheme, themeChoice } from "../../components/theme.ts";
import { inNaturalOrder } from "../../logic/naturalOrder.ts";
import { visibleLabels } from "../../logic/services.ts";
import type { Matcher } from "../../types/selection.ts";
import type { NamesResponse } from "../../types/wire.ts";
import { shiftTime, toggleLive } from "./actions.ts";
import type { ExploreModel } from "./model.ts";

/// What is looked at: service, profile type, matchers, range.
export function SelectionBar({ model, onHelp }: { model: ExploreModel; onHelp: () => void }) {
  const state = model.state.value;
  const services = model.services.state.value;
  const list = services.data ?? [];
  const types = list.find(({ name }) => name === state.service)?.types ?? [];
  const live = state.refreshSeconds > 0;
  return (
    <header class="bar">
      <div class="bar-row">
        <h1 class="brand">
          <Mark />
          Flamekeeper
        </h1>
        <Picker
          label="Service"
          placeholder={services.status === "loading" ? "Loading…" : "Choose"}
          options={list.map(({ name, types }) => ({
            value: name,
            title: name,
            note: types.length === 1 ? types[0]!.title : `${types.length} types`,
          }))}
          value={state.service}
          loading={services.status === "loading"}
          onChoose={(service) => model.chooseService(service)}
        />
        <Picker
          label="Type"
          placeholder="Choose"
          options={types.map(({ id, title }) => ({
            value: id,
            title,
            note: id.split(":").slice(0, 3).join(":"),
          }))}
          value={state.profileType}
          onChoose={(profileType) => model.change({ profileType })}
        />
        <div class="bar-tools">
          <TimePicker
            from={state.from}
            to={state.to}
            range={model.range.value}
            timeZone={state.timeZone}
            onChange={(from, to) => model.change({ from, to })}
            onShift={(direction) => shiftTime(model, direction)}
            onZone={(timeZone) => model.change({ timeZone }, "replace")}
          />
          <div class="joined">
            <button
              type="button"
              class="button button-icon"
              aria-label="Refresh"
              title="Refresh ( r )"
              onClick={model.refresh}
            >
              <Icon name="refresh" />
            </button>
            <button
              type="button"
              class={`button live ${live ? "live-on" : ""}`}
              aria-pressed={live}
              title={`Refresh by itself every ${state.refreshSeconds || 15} s ( l )`}
              onClick={() => toggleLive(model)}
            >
              <span class="live-dot" />
              Live
            </button>
          </div>
          <button
            type="button"
            class="button button-icon"
            aria-label={`Theme: ${themeChoice.value}`}
            title={`Theme: ${themeChoice.value} ( t )`}
            onClick={cycleTheme}
          >
            <Icon name={themeChoice.value} />
          </button>
          <button
            type="button"
            class="button button-icon"
            aria-label="Keyboard"
            title="Keyboard ( ? )"
            onClick={onHelp}
          >
            ?
          </button>
        </div>
      </div>
      <div class="bar-row bar-matchers">
        <MatcherBar
          matchers={state.matchers}
          labelsFor={(matchers) => labelsOf(model, matchers)}
          onChange={(matchers) => model.change({ matchers })}
        />
      </div>
    </header>
  );
}

/// Labels and values that still occur under the given matchers.
export function labelsOf(model: ExploreModel, matchers: readonly Matcher[]): LabelSource {
  const range = model.range.peek();
  const all = serviceMatchers({ service: model.state.peek().service, matchers });
  return {
    async names() {
      if (!range) return [];
      return visibleLabels((await send<NamesResponse>(labelNamesRequest(range, all))).names ?? []);
    },
    async values(name) {
      if (!range) return [];
      return inNaturalOrder((await send<NamesResponse>(labelValuesRequest(range, name, all))).names ?? []);
    },
  };
}
