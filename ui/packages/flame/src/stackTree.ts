/// A stack tree laid out as boxes, one box per node, stored in columns and sorted by row, then by start.
///
/// | column     | shape             | meaning                                                             |
/// |------------|-------------------|---------------------------------------------------------------------|
/// | `row`      | `uint16[n]`       | depth; the synthetic root `total` is alone in row 0                 |
/// | `start`    | `float64[n]`      | left edge, in the unit of the profile type, 0 ≤ start ≤ total       |
/// | `value`    | `float64[n]`      | width: self plus everything below                                   |
/// | `self`     | `float64[n]`      | part of `value` with this frame as leaf, drawn before the children  |
/// | `name`     | `int32[n]`        | index into `names`                                                  |
/// | `parent`   | `int32[n]`        | caller's node, or [NONE] for the root                               |
/// | `rowStart` | `int32[rows + 1]` | nodes of row r are `rowStart[r] … rowStart[r + 1] - 1`              |
///
/// Invariants: `parent[i] < i`; inside a row `start`, `start + value` and `parent` never decrease. Every lookup
/// by position is therefore a binary search, and one backward pass adds every child into its caller.
export interface StackTree {
  readonly names: readonly string[];
  readonly count: number;
  readonly rows: number;
  readonly total: number;
  readonly row: Uint16Array;
  readonly start: Float64Array;
  readonly value: Float64Array;
  readonly self: Float64Array;
  readonly name: Int32Array;
  readonly parent: Int32Array;
  readonly rowStart: Int32Array;
}

/// "No node": the parent of the root, or the answer of a search that found nothing.
export const NONE = -1;

/// One row of the wire encoding: four numbers per node, `[x, total, self, nameIndex]`, where `x` is the distance
/// from the right edge of the previous node in the row. 64-bit numbers may be decimal strings.
export interface FlamebearerLevel {
  readonly values?: readonly (string | number)[];
}

export interface Flamebearer {
  readonly names?: readonly string[];
  readonly levels?: readonly FlamebearerLevel[];
}

/// **Hot path.** Reads the wire encoding in one pass. Benchmark: `bench/flame.ts`, row "decode".
///
/// Values are exact up to 2^53 and nearest beyond. No levels at all decode to a tree of a root with value 0.
/// Throws RangeError when a row is cut short or names a function that is not in the list.
export function decodeFlamebearer(encoded: Flamebearer): StackTree {
  const names = encoded.names?.length ? encoded.names : ["total"];
  const levels = encoded.levels?.length ? encoded.levels : [{ values: [0, 0, 0, 0] }];
  const rows = levels.length;
  const rowStart = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    const length = levels[r]!.values?.length ?? 0;
    if (length % 4 !== 0) throw new RangeError(`row ${r}: ${length} numbers (expected: four per node)`);
    rowStart[r + 1] = rowStart[r]! + length / 4;
  }
  const count = rowStart[rows]!;
  const row = new Uint16Array(count);
  const start = new Float64Array(count);
  const value = new Float64Array(count);
  const self = new Float64Array(count);
  const name = new Int32Array(count);
  const parent = new Int32Array(count);
  for (let r = 0; r < rows; r++) {
    const values = levels[r]!.values ?? [];
    const parentsEnd = rowStart[r]!;
    let caller = r === 0 ? NONE : rowStart[r - 1]!;
    let edge = 0;
    let node = rowStart[r]!;
    for (let at = 0; at < values.length; at += 4, node++) {
      edge += Number(values[at]);
      const nameIndex = Number(values[at + 3]);
      if (!(nameIndex >= 0 && nameIndex < names.length)) {
        throw new RangeError(`row ${r}: function ${values[at + 3]} (expected: 0 to ${names.length - 1})`);
      }
      while (r > 0 && caller + 1 < parentsEnd && start[caller + 1]! <= edge) caller++;
      row[node] = r;
      start[node] = edge;
      value[node] = Number(values[at + 1]);
      self[node] = Number(values[at + 2]);
      name[node] = nameIndex;
      parent[node] = caller;
      edge += value[node]!;
    }
  }
  return { names, count, rows, total: value[0] ?? 0, row, start, value, self, name, parent, rowStart };
}

/// First node of `row` that ends right of `position` (exclusive), or the end of the row.
export function firstEndingAfter(tree: StackTree, row: number, position: number): number {
  return searchEndingAfter(tree, tree.rowStart[row]!, tree.rowStart[row + 1]!, position);
}

function searchEndingAfter(tree: StackTree, from: number, to: number, position: number): number {
  const { start, value } = tree;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[middle]! + value[middle]! > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/// Like [firstEndingAfter], but looks near `from` first: a walk over slivers advances by little most of the time.
export function gallopEndingAfter(tree: StackTree, from: number, rowEnd: number, position: number): number {
  const { start, value } = tree;
  let low = from;
  let step = 1;
  while (low + step < rowEnd && start[low + step]! + value[low + step]! <= position) {
    low += step;
    step <<= 1;
  }
  return searchEndingAfter(tree, low, Math.min(rowEnd, low + step), position);
}

/// The node that covers `position` in `row`, or [NONE].
export function nodeAt(tree: StackTree, row: number, position: number): number {
  if (row < 0 || row >= tree.rows) return NONE;
  const node = firstEndingAfter(tree, row, position);
  return node < tree.rowStart[row + 1]! && tree.start[node]! <= position ? node : NONE;
}

/// Half-open range of the node's children; empty when it has none.
export function childrenOf(tree: StackTree, node: number): { from: number; to: number } {
  const childRow = tree.row[node]! + 1;
  if (childRow >= tree.rows) return { from: 0, to: 0 };
  const end = tree.rowStart[childRow + 1]!;
  const firstWithCaller = (caller: number) => {
    let low = tree.rowStart[childRow]!;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (tree.parent[middle]! >= caller) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return { from: firstWithCaller(node), to: firstWithCaller(node + 1) };
}

/// Name indexes from below the root down to the node; empty for the root.
export function pathOf(tree: StackTree, node: number): number[] {
  const path: number[] = [];
  for (let at = node; tree.parent[at] !== NONE; at = tree.parent[at]!) path.push(tree.name[at]!);
  return path.reverse();
}

/// Rows that hold something between `left` and `right`, counted from row 0.
export function rowsWithin(tree: StackTree, left: number, right: number): number {
  let rows = 0;
  for (let row = 0; row < tree.rows; row++) {
    const node = firstEndingAfter(tree, row, left);
    if (node >= tree.rowStart[row + 1]! || tree.start[node]! >= right) break;
    rows = row + 1;
  }
  return rows;
}
