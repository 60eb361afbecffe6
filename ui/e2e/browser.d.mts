import type { Browser } from "playwright-core";

export function startBrowser(): Promise<{ browser: Browser | null; reason: string }>;
