import { useState } from "preact/hooks";
import { printMatcher } from "../logic/selector.ts";
import type { Matcher, MatchOperator } from "../types/selection.ts";
import { Icon } from "./Icon.tsx";
import { OptionList } from "./OptionList.tsx";
import { Popup } from "./Popup.tsx";

/// Where the suggestions come from; both lists respect the matchers that are already there.
export interface LabelSource {
  names(): Promise<readonly string[]>;
  values(name: string): Promise<readonly string[]>;
}

/// The matchers of a selection as chips: click one to change it, add another at the end.
export function MatcherBar({
  matchers,
  labelsFor,
  onChange,
}: {
  matchers: readonly Matcher[];
  labelsFor: (matchers: readonly Matcher[]) => LabelSource;
  onChange: (matchers: readonly Matcher[]) => void;
}) {
  const [editing, setEditing] = useState<number | null>(null);
  const finish = (index: number, matcher: Matcher) => {
    setEditing(null);
    onChange(index < matchers.length ? matchers.with(index, matcher) : [...matchers, matcher]);
  };
  return (
    <fieldset class="matchers">
      <legend class="offscreen">Label matchers</legend>
      {matchers.map((matcher, index) => (
        <span key={printMatcher(matcher)} class="popup-host chip">
          <button type="button" class="chip-text" aria-haspopup="dialog" onClick={() => setEditing(index)}>
            <span class="chip-name">{matcher.name}</span>
            <span class="chip-operator">{matcher.operator}</span>
            <span class="chip-value">{matcher.value || "“”"}</span>
          </button>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Remove ${printMatcher(matcher)}`}
            onClick={() => onChange(matchers.filter((_, other) => other !== index))}
          >
            <Icon name="close" />
          </button>
          {editing === index && (
            <Popup label="Change matcher" onClose={() => setEditing(null)}>
              <MatcherEditor
                start={matcher}
                source={labelsFor(matchers.filter((_, other) => other !== index))}
                onDone={(changed) => finish(index, changed)}
              />
            </Popup>
          )}
        </span>
      ))}
      <span class="popup-host">
        <button
          type="button"
          class="button button-quiet"
          aria-haspopup="dialog"
          aria-expanded={editing === matchers.length}
          onClick={() => setEditing(editing === matchers.length ? null : matchers.length)}
        >
          <Icon name="plus" />
          Filter by label
        </button>
        {editing === matchers.length && (
          <Popup label="Add matcher" onClose={() => setEditing(null)}>
            <MatcherEditor
              start={null}
              source={labelsFor(matchers)}
              onDone={(added) => finish(matchers.length, added)}
            />
          </Popup>
        )}
      </span>
    </fieldset>
  );
}

const operators: readonly { operator: MatchOperator; title: string }[] = [
  { operator: "=", title: "is" },
  { operator: "!=", title: "is not" },
  { operator: "=~", title: "matches" },
  { operator: "!~", title: "matches not" },
];

/// First the label, then operator and value.
function MatcherEditor({
  start,
  source,
  onDone,
}: {
  start: Matcher | null;
  source: LabelSource;
  onDone: (matcher: Matcher) => void;
}) {
  const [name, setName] = useState(start?.name ?? "");
  const [operator, setOperator] = useState<MatchOperator>(start?.operator ?? "=");
  if (name === "") {
    return <Suggestions key="names" label="Label" current="" ask={() => source.names()} onChoose={setName} />;
  }
  return (
    <>
      <div class="editor-head">
        <button
          type="button"
          class="button button-quiet"
          onClick={() => setName("")}
          aria-label={`Label ${name}, choose another`}
        >
          <Icon name="left" />
          {name}
        </button>
        <div class="segments" role="group" aria-label="Operator">
          {operators.map((each) => (
            <button
              key={each.operator}
              type="button"
              class="segment"
              aria-pressed={operator === each.operator}
              aria-label={each.title}
              title={each.title}
              onClick={() => setOperator(each.operator)}
            >
              {each.operator}
            </button>
          ))}
        </div>
      </div>
      <Suggestions
        key={name}
        label={`Value of ${name}`}
        current={start?.value ?? ""}
        ask={() => source.values(name)}
        onChoose={(value) => onDone({ name, operator, value })}
      />
    </>
  );
}

function Suggestions({
  label,
  current,
  ask,
  onChoose,
}: {
  label: string;
  current: string;
  ask: () => Promise<readonly string[]>;
  onChoose: (value: string) => void;
}) {
  const [answer, setAnswer] = useState<{ values: readonly string[]; loading: boolean }>({
    values: [],
    loading: true,
  });
  const [asked, setAsked] = useState(false);
  if (!asked) {
    setAsked(true);
    ask().then(
      (values) => setAnswer({ values, loading: false }),
      () => setAnswer({ values: [], loading: false }),
    );
  }
  return (
    <OptionList
      label={label}
      options={answer.values.map((value) => ({ value, title: value, note: "" }))}
      current={current}
      loading={answer.loading}
      free
      onChoose={onChoose}
    />
  );
}
