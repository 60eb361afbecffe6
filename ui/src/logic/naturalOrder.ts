const COLLATOR = new Intl.Collator("en", { numeric: true });

/// More than anybody looks through; they stay as they came.
const MOST_SORTED = 20_000;

/// Puts `generation` 2 before 10 and `worker-2` before `worker-10`.
export function inNaturalOrder(values: readonly string[]): readonly string[] {
  return values.length > MOST_SORTED ? values : [...values].sort(COLLATOR.compare);
}
