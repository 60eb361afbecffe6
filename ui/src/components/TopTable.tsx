import { useEffect, useRef, useState } from "preact/hooks";
import { type FrameNames, type FunctionValues, NONE } from "#flame";
import { formatShare } from "../logic/format.ts";
import { topRows } from "../logic/topRows.ts";
import type { TopColumn, TopOrder } from "../types/selection.ts";

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 28;
const ROWS_BEYOND = 6;

/// Functions by self or total value; only the rows on screen are in the document.
export function TopTable({
  names,
  texts,
  functions,
  total,
  mask,
  marked,
  hinted,
  format,
  order,
  onOrder,
  onMark,
  onOpen,
  onHoverName,
}: {
  names: FrameNames;
  texts: readonly string[];
  functions: FunctionValues;
  total: number;
  mask: Uint8Array | null;
  marked: number;
  /// Function the pointer is on in the graph.
  hinted: number;
  format: (value: number) => string;
  order: TopOrder;
  onOrder: (order: TopOrder) => void;
  onMark: (nameIndex: number) => void;
  onOpen: (nameIndex: number) => void;
  onHoverName: (nameIndex: number) => void;
}) {
  const [window, setWindow] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRows(texts, functions, order, mask);
  useEffect(() => {
    const element = scroller.current!;
    const measure = () => setWindow({ top: element.scrollTop, height: element.clientHeight });
    const resizing = new ResizeObserver(measure);
    resizing.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      resizing.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  const first = Math.max(0, Math.floor(window.top / ROW_HEIGHT) - ROWS_BEYOND);
  const last = Math.min(rows.length, Math.ceil((window.top + window.height) / ROW_HEIGHT) + ROWS_BEYOND);
  const activeRow = Math.min(active, rows.length - 1);

  const keyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(window.height / ROW_HEIGHT) - 2);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) {
      event.preventDefault();
      const next = Math.max(0, Math.min(rows.length - 1, activeRow + steps[event.key]!));
      setActive(next);
      const element = scroller.current!;
      if (next * ROW_HEIGHT < element.scrollTop) element.scrollTop = next * ROW_HEIGHT;
      const bottom = (next + 1) * ROW_HEIGHT + HEAD_HEIGHT - element.clientHeight;
      if (bottom > element.scrollTop) element.scrollTop = bottom;
    } else if (event.key === "Enter" && rows.length) {
      event.preventDefault();
      (event.shiftKey ? onOpen : onMark)(rows[activeRow]!);
    }
  };
  const sortBy = (column: TopColumn) =>
    onOrder({ column, descending: order.column === column ? !order.descending : column !== "name" });

  return (
    <div class="top" role="table" aria-label="Functions" aria-rowcount={rows.length + 1}>
      <div
        ref={scroller}
        class="top-body"
        role="rowgroup"
        tabIndex={0}
        aria-label="Arrow keys move, Enter outlines a function in the graph, Shift and Enter zooms to it"
        onKeyDown={keyDown}
        onPointerLeave={() => onHoverName(NONE)}
      >
        <div class="top-row top-head" role="row" aria-rowindex={1} tabIndex={-1}>
          {(["name", "self", "total"] as const).map((column) => (
            <div
              key={column}
              class={`top-${column === "name" ? "name" : "value"}`}
              role="columnheader"
              tabIndex={-1}
              aria-sort={order.column === column ? (order.descending ? "descending" : "ascending") : "none"}
            >
              <button type="button" class="top-sort" onClick={() => sortBy(column)}>
                {columnTitles[column]}
                {order.column === column && <span class="top-arrow">{order.descending ? "↓" : "↑"}</span>}
              </button>
            </div>
          ))}
        </div>
        <div class="top-space" style={{ height: `${rows.length * ROW_HEIGHT}px` }} role="presentation">
          {Array.from(rows.subarray(first, last), (nameIndex, offset) => {
            const row = first + offset;
            const name = names.at(nameIndex);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the row group
              <div
                key={nameIndex}
                class={`top-row ${nameIndex === marked && marked !== NONE ? "top-marked" : ""} ${row === activeRow ? "top-active" : ""} ${nameIndex === hinted ? "top-hinted" : ""}`}
                role="row"
                tabIndex={-1}
                aria-rowindex={row + 2}
                style={{ top: `${row * ROW_HEIGHT}px` }}
                onClick={(event) => {
                  setActive(row);
                  if (event.detail < 2) onMark(nameIndex);
                }}
                onPointerEnter={() => onHoverName(nameIndex)}
                onDblClick={() => onOpen(nameIndex)}
              >
                <div
                  class="top-name"
                  role="cell"
                  title={name.place ? `${name.label}  ${name.place}` : name.text}
                >
                  <span class={`swatch frame-${names.colour[nameIndex]}`} />
                  <span class="top-label">{name.label}</span>
                  {name.module && <span class="top-module">{name.module}</span>}
                </div>
                <Value value={functions.self[nameIndex]!} total={total} format={format} />
                <Value value={functions.total[nameIndex]!} total={total} format={format} />
              </div>
            );
          })}
        </div>
        {rows.length === 0 && <p class="top-none">No function matches the search.</p>}
      </div>
    </div>
  );
}

const columnTitles: Record<TopColumn, string> = { name: "Function", self: "Self", total: "Total" };

function Value({
  value,
  total,
  format,
}: {
  value: number;
  total: number;
  format: (value: number) => string;
}) {
  return (
    <div class="top-value" role="cell">
      <span class="top-bar" style={{ width: `${total > 0 ? (100 * value) / total : 0}%` }} />
      <span class="top-amount">{format(value)}</span>
      <span class="top-share">{formatShare(value, total)}</span>
    </div>
  );
}

/// Sorting a hundred thousand names is not for every scroll event: the rows are kept until what they follow from changes.
function useRows(
  texts: readonly string[],
  functions: FunctionValues,
  order: TopOrder,
  mask: Uint8Array | null,
): Int32Array {
  const kept = useRef<{ key: readonly unknown[]; rows: Int32Array } | null>(null);
  const key = [texts, functions, order, mask];
  if (!kept.current || kept.current.key.some((part, index) => part !== key[index])) {
    kept.current = { key, rows: topRows(texts, functions, order, mask) };
  }
  return kept.current.rows;
}
