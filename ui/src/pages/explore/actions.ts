import { shiftRange } from "../../logic/timeRange.ts";
import type { ExploreModel } from "./model.ts";

const LIVE_SECONDS = 15;

/// Moves the range by its own length; the moved range is absolute.
export function shiftTime(model: ExploreModel, direction: -1 | 1): void {
  const range = model.range.peek();
  if (!range) return;
  const { startMillis, endMillis } = shiftRange(range, direction);
  model.change({ from: String(Math.round(startMillis)), to: String(Math.round(endMillis)) });
}

export function toggleLive(model: ExploreModel): void {
  const live = model.state.peek().refreshSeconds > 0;
  model.change({ refreshSeconds: live ? 0 : LIVE_SECONDS }, "replace");
  if (!live) model.refresh();
}
