import { relativeStart, shiftRange } from "../../logic/timeRange.ts";
import type { ExploreModel } from "./model.ts";

const LIVE_SECONDS = 15;

/// Moves the range by its own length; the moved range is absolute.
export function shiftTime(model: ExploreModel, direction: -1 | 1): void {
  const range = model.range.peek();
  if (!range) return;
  const { startMillis, endMillis } = shiftRange(range, direction);
  model.change({ from: String(Math.round(startMillis)), to: String(Math.round(endMillis)) });
}

/// Starts or stops refreshing. A range that is fixed follows the present from then on, with the same length.
export function toggleLive(model: ExploreModel): void {
  const { from, to, refreshSeconds } = model.state.peek();
  if (refreshSeconds > 0) {
    model.change({ refreshSeconds: 0 }, "replace");
    return;
  }
  const range = model.range.peek();
  const followed = to === "now" || !range ? { from, to } : { from: relativeStart(range), to: "now" };
  model.change({ ...followed, refreshSeconds: LIVE_SECONDS }, "replace");
  model.refresh();
}
