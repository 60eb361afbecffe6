/// One condition on a label; a label that is absent has the value "".
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

export type MatchOperator = "=" | "!=" | "=~" | "!~";

/// Half-open range `[startMillis, endMillis)`, milliseconds since the Unix epoch.
export interface TimeRange {
  readonly startMillis: number;
  readonly endMillis: number;
}

export type TimeZone = "local" | "utc";

/// Which of the two views of a tree is on screen; "auto" lets the width of the window decide.
export type Layout = "auto" | "flame" | "table" | "both";

export type TopColumn = "name" | "self" | "total";

/// How the table of functions is sorted.
export interface TopOrder {
  readonly column: TopColumn;
  readonly descending: boolean;
}

/// Everything that changes what the Explore page shows; its spelling in the address is `logic/urlState.ts`.
export interface ExploreState {
  readonly service: string;
  readonly profileType: string;
  readonly matchers: readonly Matcher[];
  /// `now`, `now-1h` or milliseconds since the Unix epoch, as text: relative stays relative.
  readonly from: string;
  readonly to: string;
  readonly timeZone: TimeZone;
  /// Hashes of function names from the outermost frame down to the zoomed one.
  readonly zoom: readonly string[];
  readonly layout: Layout;
  readonly order: TopOrder;
  readonly search: string;
  readonly groupBy: string;
  readonly rootOnTop: boolean;
  /// Hash of the function that is outlined wherever it occurs, or "".
  readonly marked: string;
  /// Most nodes the server may send, 1 to 1 048 576.
  readonly maxNodes: number;
  /// Seconds between refreshes, 0 for none.
  readonly refreshSeconds: number;
}
