import { signal } from "@preact/signals";
import type { FlameTheme } from "#flame";

export type ThemeChoice = "auto" | "dark" | "light";

const STORAGE_KEY = "flamekeeper.theme";
const order: readonly ThemeChoice[] = ["auto", "dark", "light"];

export const themeChoice = signal<ThemeChoice>(readChoice());

/// Counts up whenever a colour may have changed; whoever draws on a canvas reads it.
export const themeVersion = signal(0);

/// Puts the stored choice on the document and follows the system's wishes from then on.
export function startTheme(): void {
  applyChoice();
  for (const wish of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(wish).addEventListener("change", () => themeVersion.value++);
  }
}

export function cycleTheme(): void {
  themeChoice.value = order[(order.indexOf(themeChoice.value) + 1) % order.length]!;
  try {
    localStorage.setItem(STORAGE_KEY, themeChoice.value);
  } catch {
    // A browser that forbids storage forgets the choice; the page works all the same.
  }
  applyChoice();
}

function applyChoice(): void {
  document.documentElement.dataset.theme = themeChoice.value;
  themeVersion.value++;
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return order.find((choice) => choice === stored) ?? "auto";
  } catch {
    return "auto";
  }
}

/// The colour a custom property has on screen now, as `rgb(…)`.
export function colourOfToken(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function flameTheme(): FlameTheme {
  return {
    background: colourOfToken("--bg-1"),
    muted: colourOfToken("--frame-muted"),
    mutedInk: colourOfToken("--ink-3"),
    paleInk: colourOfToken("--frame-pale-ink"),
    outline: colourOfToken("--ink-1"),
    focus: colourOfToken("--focus"),
    scrollbar: colourOfToken("--line-3"),
  };
}
