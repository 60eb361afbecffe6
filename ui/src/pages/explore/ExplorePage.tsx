import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { KeyboardHelp } from "../../components/KeyboardHelp.tsx";
import { cycleTheme } from "../../components/theme.ts";
import { readProfileType } from "../../logic/profileType.ts";
import { FirstRunPage } from "../firstRun/FirstRunPage.tsx";
import { shiftTime, toggleLive } from "./actions.ts";
import { createExploreModel, type ExploreModel } from "./model.ts";
import { SelectionBar } from "./SelectionBar.tsx";
import { SeriesPanel } from "./SeriesPanel.tsx";
import { StacksPanel } from "./StacksPanel.tsx";

/// One service, one profile type, one range: its cost over time, its functions, its flame graph.
export function ExplorePage() {
  const model = useMemo(createExploreModel, []);
  const [help, setHelp] = useState(false);
  const searchField = useRef<HTMLInputElement>(null);
  useEffect(() => model.stop, [model]);
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) =>
      handleKey(event, model, searchField.current, () => setHelp(true));
    document.addEventListener("keydown", keyDown);
    return () => document.removeEventListener("keydown", keyDown);
  }, [model]);

  const { service, profileType } = model.state.value;
  useEffect(() => {
    document.title = service
      ? `${readProfileType(profileType).title} of ${service} – Flamekeeper`
      : "Flamekeeper";
  }, [service, profileType]);

  if (model.dataIngested.value === false) return <FirstRunPage onArrived={model.refresh} />;
  return (
    <>
      <SelectionBar model={model} onHelp={() => setHelp(true)} />
      <main class="explore">
        <Problems model={model} />
        <SeriesPanel model={model} />
        <StacksPanel model={model} searchField={searchField} />
      </main>
      {help && <KeyboardHelp onClose={() => setHelp(false)} />}
    </>
  );
}

/// What the address asked for and did not get.
function Problems({ model }: { model: ExploreModel }) {
  const [dismissed, setDismissed] = useState("");
  const { missing } = model.zoomTarget.value;
  const problems = [
    ...model.problems.value,
    ...(missing > 0 && model.stacks.state.value.status === "ready"
      ? ["the zoomed frame is not in this data, the nearest caller is shown"]
      : []),
  ];
  const text = problems.join("; ");
  if (text === "" || text === dismissed) return null;
  return (
    <div class="problems" role="status">
      <span>From the address: {text}.</span>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => {
          setDismissed(text);
          model.problems.value = [];
        }}
      >
        Dismiss
      </button>
    </div>
  );
}

function handleKey(
  event: KeyboardEvent,
  model: ExploreModel,
  search: HTMLInputElement | null,
  help: () => void,
): void {
  const target = event.target as HTMLElement;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("input, textarea, select, [role=dialog], dialog")) return;
  const actions: Record<string, () => void> = {
    "/": () => search?.focus(),
    n: () => model.stepMatch(1),
    N: () => model.stepMatch(-1),
    Escape: model.zoomUp,
    Backspace: model.zoomUp,
    Home: () => model.change({ zoom: [] }),
    "0": () => model.change({ zoom: [] }),
    i: () => model.change({ rootOnTop: !model.state.peek().rootOnTop }, "replace"),
    "1": () => model.change({ layout: "flame" }),
    "2": () => model.change({ layout: "table" }),
    "3": () => model.change({ layout: "both" }),
    "[": () => shiftTime(model, -1),
    "]": () => shiftTime(model, 1),
    r: model.refresh,
    l: () => toggleLive(model),
    t: cycleTheme,
    "?": help,
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
