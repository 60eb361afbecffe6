// Starts a headless Chromium: the one from npm, else the system's. Answers null with a reason when neither runs.
import { existsSync } from "node:fs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"];

export async function startBrowser() {
  const { chromium: playwright } = await import("playwright-core");
  const reasons = [];
  for (const find of [fromNpm, fromSystem]) {
    try {
      const executablePath = await find();
      const browser = await playwright.launch({ executablePath, args: FLAGS, headless: true });
      return { browser, reason: "" };
    } catch (error) {
      reasons.push(String(error.message).split("\n")[0]);
    }
  }
  return { browser: null, reason: reasons.join("; ") };
}

async function fromNpm() {
  const { default: chromium } = await import("@sparticuz/chromium");
  return chromium.executablePath();
}

async function fromSystem() {
  const path = "/usr/bin/chromium";
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return path;
}
