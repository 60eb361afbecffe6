import type { ExploreState, Layout, TopColumn, TopOrder } from "../types/selection.ts";
import { parseSelector, printSelector } from "./selector.ts";
import { parseTime } from "./timeRange.ts";

/// What an address without any parameter shows.
export const defaultState: ExploreState = {
  service: "",
  profileType: "",
  matchers: [],
  from: "now-1h",
  to: "now",
  timeZone: "local",
  zoom: [],
  layout: "auto",
  order: { column: "self", descending: true },
  search: "",
  groupBy: "",
  rootOnTop: true,
  marked: "",
  maxNodes: 16_384,
  refreshSeconds: 0,
};

/// Parts of an address that were not understood, each with the reason, for the user to see.
export interface ReadState {
  readonly state: ExploreState;
  readonly problems: readonly string[];
}

/// How one parameter is written and read. `write` answers null for the default, `read` answers null for nonsense.
interface Parameter {
  readonly key: string;
  readonly expected: string;
  write(state: ExploreState): string | null;
  read(text: string): Partial<ExploreState> | null;
}

const parameters: readonly Parameter[] = [
  text("s", "service"),
  text("t", "profileType"),
  {
    key: "q",
    expected: 'a selector such as {component="fitness"}',
    write: (state) => (state.matchers.length ? printSelector(state.matchers) : null),
    read: (value) => {
      try {
        return { matchers: parseSelector(value) };
      } catch {
        return null;
      }
    },
  },
  time("from"),
  time("to"),
  choice("tz", "timeZone", { local: "local", utc: "utc" }),
  hashes("z"),
  choice<"layout">("v", "layout", {
    auto: "auto",
    flame: "flame",
    table: "table",
    both: "both",
  } satisfies Record<string, Layout>),
  {
    key: "o",
    expected: "name, self or total, with - in front for descending",
    write: ({ order }) =>
      sameOrder(order, defaultState.order) ? null : `${order.descending ? "-" : ""}${order.column}`,
    read: (value) => {
      const [, sign, column] = /^(-?)(name|self|total)$/.exec(value) ?? [];
      return column ? { order: { column: column as TopColumn, descending: sign === "-" } } : null;
    },
  },
  text("n", "search"),
  text("g", "groupBy"),
  choice("i", "rootOnTop", { 1: true, 0: false }),
  {
    key: "h",
    expected: "the hash of a function name",
    write: (state) => state.marked || null,
    read: (value) => (/^[0-9a-z]{1,7}$/.test(value) ? { marked: value } : null),
  },
  wholeNumber("nodes", "maxNodes", 1, 1_048_576),
  wholeNumber("r", "refreshSeconds", 0, 3600),
];

/// Query string of a state, without `?`; defaults are left out, the order is fixed.
export function writeState(state: ExploreState): string {
  const parts: string[] = [];
  for (const { key, write } of parameters) {
    const value = write(state);
    if (value !== null) parts.push(`${key}=${encodeValue(value)}`);
  }
  return parts.join("&");
}

export function readState(query: string): ReadState {
  let state = defaultState;
  const problems: string[] = [];
  for (const [key, value] of new URLSearchParams(query)) {
    const parameter = parameters.find((each) => each.key === key);
    const part = parameter?.read(value);
    if (!parameter) problems.push(`“${key}” is not a parameter of this page`);
    else if (!part) problems.push(`“${key}=${value}” was ignored (expected: ${parameter.expected})`);
    else state = { ...state, ...part };
  }
  return { state, problems };
}

function sameOrder(a: TopOrder, b: TopOrder): boolean {
  return a.column === b.column && a.descending === b.descending;
}

/// Percent-encodes what a query string cannot hold and nothing else, so that addresses stay readable.
function encodeValue(value: string): string {
  return encodeURIComponent(value)
    .replace(/%(?:3A|2F|2C|7B|7D|40|3D|22)/g, decodeURIComponent)
    .replaceAll("%20", "+");
}

function text(key: string, field: "service" | "profileType" | "search" | "groupBy"): Parameter {
  return {
    key,
    expected: "text",
    write: (state) => state[field] || null,
    read: (value) => ({ [field]: value }),
  };
}

function time(field: "from" | "to"): Parameter {
  return {
    key: field,
    expected: "now, now-1h or milliseconds since 1970",
    write: (state) => (state[field] === defaultState[field] ? null : state[field]),
    read: (value) => (parseTime(value, 0) === null ? null : { [field]: value }),
  };
}

function choice<K extends "timeZone" | "layout" | "rootOnTop">(
  key: string,
  field: K,
  spelling: Readonly<Record<string, ExploreState[K]>>,
): Parameter {
  return {
    key,
    expected: Object.keys(spelling).join(" or "),
    write: (state) =>
      state[field] === defaultState[field]
        ? null
        : (Object.keys(spelling).find((each) => spelling[each] === state[field]) ?? null),
    read: (value) => (Object.hasOwn(spelling, value) ? { [field]: spelling[value] } : null),
  };
}

function hashes(key: string): Parameter {
  return {
    key,
    expected: "hashes of function names joined by dots",
    write: (state) => (state.zoom.length ? state.zoom.join(".") : null),
    read: (value) => (/^[0-9a-z]{1,7}(?:\.[0-9a-z]{1,7})*$/.test(value) ? { zoom: value.split(".") } : null),
  };
}

function wholeNumber(
  key: string,
  field: "maxNodes" | "refreshSeconds",
  least: number,
  most: number,
): Parameter {
  return {
    key,
    expected: `a whole number from ${least} to ${most}`,
    write: (state) => (state[field] === defaultState[field] ? null : String(state[field])),
    read: (value) =>
      /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
        ? { [field]: Number(value) }
        : null,
  };
}
