import { signal } from "@preact/signals";

/// Pages by address; the server answers each with the same document.
export type Page = "explore" | "states" | "unknown";

export const path = signal(location.pathname);
export const query = signal(location.search.slice(1));

addEventListener("popstate", readLocation);

function readLocation(): void {
  path.value = location.pathname;
  query.value = location.search.slice(1);
}

/// Changes the query string. `push` for steps a user would call "back", `replace` for those nobody wants back.
export function navigate(nextQuery: string, how: "push" | "replace"): void {
  if (nextQuery === location.search.slice(1)) return;
  const url = location.pathname + (nextQuery ? `?${nextQuery}` : "");
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  readLocation();
}

export function pageOf(pathname: string): Page {
  switch (pathname.replace(/\/$/, "")) {
    case "":
    case "/explore":
      return "explore";
    case "/dev/states":
      return "states";
    default:
      return "unknown";
  }
}
