/// Icons on a 16 × 16 grid, drawn with the colour of the text around them.
const paths = {
  close: "M4 4l8 8M12 4l-8 8",
  down: "M4 6l4 4 4-4",
  left: "M10 3.5L5.5 8l4.5 4.5",
  right: "M6 3.5L10.5 8 6 12.5",
  up: "M4 10l4-4 4 4",
  plus: "M8 3.5v9M3.5 8h9",
  info: "M8 7.2v4M8 4.6v.2M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8z",
  refresh: "M13 8a5 5 0 11-1.5-3.6M13 2.2v2.6h-2.6",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.4 10.4l3.1 3.1",
  flip: "M5 3v10M5 13l-2.3-2.4M5 13l2.3-2.4M11 13V3M11 3L8.7 5.4M11 3l2.3 2.4",
  clock: "M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM8 4.6V8l2.3 1.5",
  auto: "M8 2a6 6 0 100 12A6 6 0 008 2zM8 2v12M8 5h3.5M8 8h4.5M8 11h3.5",
  dark: "M13 9.6A5.6 5.6 0 016.4 3 5.6 5.6 0 1013 9.6z",
  light:
    "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1",
  warning: "M8 2.2l6 11H2zM8 6.4v3.2M8 11.4v.2",
  check: "M3.5 8.5l3 3 6-7",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/// The product's mark: a flame of four bars.
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <rect class="mark-1" x="2" y="15" width="16" height="3" rx="1" />
      <rect class="mark-2" x="4" y="11" width="11" height="3" rx="1" />
      <rect class="mark-3" x="6" y="7" width="7" height="3" rx="1" />
      <rect class="mark-4" x="9" y="3" width="3" height="3" rx="1" />
    </svg>
  );
}
