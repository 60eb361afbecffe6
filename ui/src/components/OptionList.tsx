import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface Option {
  readonly value: string;
  readonly title: string;
  /// Shown dimmed behind the title, "" for nothing.
  readonly note: string;
}

const MOST_SHOWN = 200;

/// A text field over a list of options, filtered as one types (the ARIA combobox pattern). With `free`, the typed text
/// itself can be chosen although it is not listed.
export function OptionList({
  label,
  options,
  current,
  loading,
  free,
  onChoose,
}: {
  label: string;
  options: readonly Option[];
  current: string;
  loading: boolean;
  free: boolean;
  onChoose: (value: string) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = filterOptions(options, typed);
  const shown = found.slice(0, MOST_SHOWN);
  const listed = shown.some(({ value }) => value === typed);
  const rows =
    free && typed !== "" && !listed ? [...shown, { value: typed, title: typed, note: "as typed" }] : shown;
  const currentRow = rows.findIndex(({ value }) => value === current);
  const activeRow = Math.min(
    rows.length - 1,
    active === -1 ? Math.max(0, typed === "" ? currentRow : 0) : active,
  );
  useEffect(() => input.current?.focus(), []);
  useEffect(() => list.current?.children[activeRow]?.scrollIntoView({ block: "nearest" }), [activeRow]);

  const keyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (rows.length) setActive((activeRow + step + rows.length) % rows.length);
    } else if (event.key === "Enter" && rows[activeRow]) {
      event.preventDefault();
      onChoose(rows[activeRow].value);
    }
  };

  return (
    <div class="option-list">
      <input
        ref={input}
        class="field"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        {...(rows[activeRow] ? { "aria-activedescendant": `${id}-${activeRow}` } : {})}
        placeholder={free ? "Search or type a value" : "Search"}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(-1);
        }}
        onKeyDown={keyDown}
      />
      <div ref={list} id={`${id}-list`} class="options" role="listbox" aria-label={label}>
        {rows.map((option, row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox that owns this list
          <div
            key={option.value}
            id={`${id}-${row}`}
            class={`option ${row === activeRow ? "option-active" : ""}`}
            role="option"
            tabIndex={-1}
            aria-selected={option.value === current}
            onPointerMove={() => setActive(row)}
            onClick={() => onChoose(option.value)}
          >
            <span class="option-title">{option.title}</span>
            {option.note && <span class="option-note">{option.note}</span>}
          </div>
        ))}
      </div>
      {rows.length === 0 && <p class="option-none">{loading ? "Loading…" : "Nothing found"}</p>}
      {found.length > MOST_SHOWN && (
        <p class="option-none">
          {MOST_SHOWN} of {found.length} shown, type to narrow
        </p>
      )}
    </div>
  );
}

function filterOptions(options: readonly Option[], typed: string): readonly Option[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return options;
  const matching = options.filter(({ title, value }) => `${title} ${value}`.toLowerCase().includes(wanted));
  return matching.sort(
    (a, b) =>
      Number(b.title.toLowerCase().startsWith(wanted)) - Number(a.title.toLowerCase().startsWith(wanted)),
  );
}
