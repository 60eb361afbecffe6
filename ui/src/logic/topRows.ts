import type { FunctionValues } from "#flame";
import type { TopColumn, TopOrder } from "../types/selection.ts";

/// Name indexes of the functions to list, sorted; the root is left out, and so is every function outside `mask`.
export function topRows(
  names: readonly string[],
  values: FunctionValues,
  order: TopOrder,
  mask: Uint8Array | null,
): Int32Array {
  const rows: number[] = [];
  for (let index = 1; index < names.length; index++) {
    if (values.frames[index] !== 0 && (mask === null || mask[index] === 1)) rows.push(index);
  }
  const sign = order.descending ? -1 : 1;
  const { self, total } = values;
  const byName = (a: number, b: number) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : 0);
  const compare: Record<TopColumn, (a: number, b: number) => number> = {
    name: (a, b) => sign * byName(a, b),
    self: (a, b) => sign * (self[a]! - self[b]!) || total[b]! - total[a]! || byName(a, b),
    total: (a, b) => sign * (total[a]! - total[b]!) || self[b]! - self[a]! || byName(a, b),
  };
  return Int32Array.from(rows.sort(compare[order.column]));
}
