import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";

const keys: readonly {
  readonly title: string;
  readonly rows: readonly (readonly [keys: string, action: string])[];
}[] = [
  {
    title: "Search",
    rows: [
      ["/", "Search functions: regex, comma is “or”, !x is “but not”"],
      ["n  N", "Next, previous match"],
    ],
  },
  {
    title: "Graph",
    rows: [
      ["← ↑ → ↓", "Move between frames (when the graph has the focus)"],
      ["Enter", "Zoom to the focused frame"],
      ["Esc  Backspace", "Zoom out one frame"],
      ["Home  0", "Zoom out fully"],
      ["i", "Root on top or at the bottom"],
      ["Wheel", "Scroll; with Ctrl zoom; drag to pan"],
    ],
  },
  {
    title: "View",
    rows: [
      ["1  2  3", "Flame graph, table, both"],
      ["[  ]", "Earlier, later"],
      ["r", "Refresh"],
      ["l", "Live on and off"],
      ["t", "Theme: system, dark, light"],
      ["?", "This list"],
    ],
  },
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-label="Keyboard" onClose={onClose}>
      <header class="help-head">
        <h2 class="panel-title">Keyboard</h2>
        <button
          type="button"
          class="button button-icon"
          aria-label="Close"
          onClick={() => dialog.current!.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      {keys.map(({ title, rows }) => (
        <section key={title}>
          <h3 class="help-title">{title}</h3>
          <dl class="help-rows">
            {rows.map(([key, action]) => (
              <div key={key} class="help-row">
                <dt>
                  {key.split("  ").map((each) => (
                    <kbd key={each}>{each}</kbd>
                  ))}
                </dt>
                <dd>{action}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </dialog>
  );
}
