// Drives the Explore page of a running server in headless Chromium and prints `N passed, N failed`.
//
//   node e2e/explore.mjs --url http://127.0.0.1:4040 --screenshot explore.png [--service NAME] [--ingest]
//
// Against an empty server it checks the first-run page instead; with --ingest it then sends one small profile and checks
// that the page opens it by itself. Exit code 0 when all passed, 1 when something failed,
// 77 with one line when no browser runs here.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    ingest: { type: "boolean", default: false },
    screenshot: { type: "string" },
    service: { type: "string", default: "" },
  },
});
if (!options.url || !options.screenshot) {
  console.error("usage: node e2e/explore.mjs --url URL --screenshot FILE [--service NAME] [--ingest]");
  process.exit(2);
}

const DEADLINE_MILLIS = 20_000;
const CPU_PANEL = "section[aria-label='Stacks']";
const SERIES_PANEL = "section[aria-label='Over time']";
const base = options.url.replace(/\/$/, "");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const { browser, reason } = await startBrowser();
if (!browser) {
  console.log(`no browser runs here: ${reason}`);
  process.exit(77);
}

let passed = 0;
let failed = 0;
const trouble = [];

/// A check that may wait for conditions; it fails with the message of what it throws.
async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${String(error.message).split("\n").slice(0, 4).join(" | ")}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/// A page in one colour scheme whose console, policy violations and foreign requests are collected.
async function openPage(colorScheme, viewport = { width: 1400, height: 900 }) {
  const context = await browser.newContext({ colorScheme, viewport, locale: "en-US" });
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MILLIS);
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:")) trouble.push(`other origin: ${url}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
}

async function axe(page) {
  // Evaluated from the outside, so that the page's own policy stays as strict as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  expect(
    violations.length === 0,
    violations
      .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`)
      .join("; "),
  );
}

/// Waits until the flame graph's canvas holds more than three colours; an empty one holds one.
async function drawn(page) {
  await page.waitForFunction(() => {
    const canvas = document.querySelector(".flame-canvas");
    if (!canvas?.width || !canvas.height) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4 * 7)
      colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return colours.size > 3;
  });
}

/// Clicks the first frame found below the root.
async function clickSomeFrame(page) {
  const box = await page.locator(".flame-host").boundingBox();
  for (const row of [2, 1]) {
    for (const part of [0.5, 0.3, 0.7, 0.15, 0.85, 0.05, 0.95]) {
      await page.mouse.move(box.x + box.width * part, box.y + 18 * row + 8);
      if (
        !(await page.evaluate(() =>
          document.querySelector(".flame-host").classList.contains("flame-pointing"),
        ))
      )
        continue;
      await page.mouse.click(box.x + box.width * part, box.y + 18 * row + 8);
      return;
    }
  }
  throw new Error("no frame below the root");
}

async function settled(page) {
  await page.waitForFunction((selector) => {
    const panel = document.querySelector(selector);
    return (
      panel &&
      ["ready", "partial"].includes(panel.dataset.state) &&
      panel.getAttribute("aria-busy") === "false"
    );
  }, CPU_PANEL);
}

function post(method, body) {
  return fetch(`${base}/querier.v1.QuerierService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then((response) => response.json());
}

const screenshot = (suffix) =>
  options.screenshot.replace(/(\.png)?$/, suffix === "" ? ".png" : `-${suffix}.png`);

const stats = await post("GetProfileStats", {}).catch((error) => {
  console.error(`${base} does not answer: ${error.message}`);
  process.exit(1);
});

if (stats.dataIngested === true) await checkExplore();
else await checkFirstRun();

await check("no console errors, no policy violations, no requests to another origin", () => {
  expect(trouble.length === 0, [...new Set(trouble)].join("; "));
});
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function checkExplore() {
  const page = await openPage("dark");
  const start = options.service ? `${base}/explore?s=${encodeURIComponent(options.service)}` : `${base}/`;
  let merged = null;
  page.on("response", (response) => {
    if (response.url().endsWith("/SelectMergeStacktraces")) merged = response.request().postDataJSON();
  });

  await check("page opens and first paint comes within 0.5 s", async () => {
    await page.goto(start, { waitUntil: "load" });
    const paints = [];
    for (let load = 0; load < 3 && !(Math.min(...paints) <= 500); load++) {
      if (load > 0) await page.reload();
      await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
      paints.push(
        await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime),
      );
    }
    const paint = Math.min(...paints);
    console.log(`      first contentful paint ${paint.toFixed(0)} ms`);
    expect(paint <= 500, `${paint.toFixed(0)} ms (expected: at most 500)`);
  });

  await check("a service and a type are chosen and shown", async () => {
    await page.waitForFunction(
      () => new URLSearchParams(location.search).get("s") && new URLSearchParams(location.search).get("t"),
    );
    const service = await page.evaluate(() => new URLSearchParams(location.search).get("s"));
    if (options.service) expect(service === options.service, `${service} (expected: ${options.service})`);
    await page.getByRole("button", { name: `Service: ${service}` }).waitFor();
  });

  await check("time series is drawn", async () => {
    await page.waitForFunction(
      (selector) => document.querySelector(selector)?.dataset.state === "ready",
      SERIES_PANEL,
    );
    await page.waitForFunction((selector) => {
      const canvas = document.querySelector(`${selector} canvas`);
      if (!canvas?.width) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.some((channel) => channel !== 0);
    }, SERIES_PANEL);
  });

  await check("flame graph canvas is not empty", async () => {
    await settled(page);
    await drawn(page);
  });

  await check("total on the page is the total the server gives", async () => {
    // Late profiles may arrive between the page's request and ours, hence more than one try.
    let shown = "";
    let expected = "";
    for (let attempt = 0; attempt < 3 && (attempt === 0 || shown !== expected); attempt++) {
      if (attempt > 0) {
        const answered = page.waitForResponse((response) =>
          response.url().endsWith("/SelectMergeStacktraces"),
        );
        await page.keyboard.press("r");
        await answered;
        await settled(page);
      }
      const answer = await post("SelectMergeStacktraces", merged);
      expected = String(Number(answer.flamegraph.total));
      shown = await page.locator(".stacks-sentence").getAttribute("data-total");
    }
    expect(Number(shown) > 0 && shown === expected, `${shown} (expected: ${expected})`);
  });

  await check("table lists functions", async () => {
    const rows = await page.locator(".top-space > .top-row").count();
    expect(rows > 0, "no rows");
  });

  writeFileSync(screenshot(""), await page.screenshot());

  await check("dark page has no accessibility violations", () => axe(page));

  await check("a click zooms, changes the address, and a reload keeps it", async () => {
    await clickSomeFrame(page);
    await page.waitForFunction(() => new URLSearchParams(location.search).get("z"));
    const zoom = await page.evaluate(() => new URLSearchParams(location.search).get("z"));
    const crumb = await page.locator(".crumb[aria-current]").textContent();
    await page.reload();
    await settled(page);
    const after = await page.evaluate(() => new URLSearchParams(location.search).get("z"));
    expect(after === zoom, `z=${after} (expected: ${zoom})`);
    await page.locator(".crumb[aria-current]").waitFor();
    expect((await page.locator(".crumb[aria-current]").textContent()) === crumb, "another frame is zoomed");
  });

  await check("back leaves the zoom", async () => {
    await page.goBack();
    await page.waitForFunction(() => !new URLSearchParams(location.search).get("z"));
    await page.locator(".crumbs").waitFor({ state: "detached" });
  });

  await check("search shows the matched share and filters the table", async () => {
    await settled(page);
    const name = await page.locator(".top-space > .top-row .top-label").first().textContent();
    await page.keyboard.press("/");
    await page.keyboard.type(name.match(/\w+/g).sort((one, other) => other.length - one.length)[0]);
    const share = page.locator(".search-share b");
    await share.waitFor();
    expect(/%$/.test(await share.textContent()), `share reads ${await share.textContent()}`);
    const first = await page.locator(".top-space > .top-row .top-label").first().textContent();
    expect(first === name, `first row ${first} (expected: ${name})`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("z"));
    await page.keyboard.press("0");
    await page.waitForFunction(() => !new URLSearchParams(location.search).get("z"));
    await page.keyboard.press("/");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !new URLSearchParams(location.search).get("n"));
  });

  await check("keys change the layout, the direction and the theme, and list themselves", async () => {
    await page.keyboard.press("2");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("v") === "table");
    await page.locator(".flame-host").waitFor({ state: "hidden" });
    await page.keyboard.press("3");
    await page.locator(".flame-host").waitFor({ state: "visible" });
    await page.keyboard.press("i");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("i") === "0");
    await page.keyboard.press("i");
    await page.keyboard.press("?");
    await page.locator("dialog[open]").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  await check("the flame graph is walked and zoomed by keyboard", async () => {
    const tree = page.locator(".flame-tree");
    await tree.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() =>
      document.querySelector(".flame-tree [aria-selected='true'][aria-level='3']"),
    );
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("z")?.split(".").length === 2);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !new URLSearchParams(location.search).get("z"));
    const items = await tree.locator("[role=treeitem]").count();
    expect(items > 0 && items <= 500, `${items} tree items (expected: 1 to 500)`);
  });

  await check("label suggestions come from the server and a matcher narrows the data", async () => {
    await page.getByRole("button", { name: "Filter by label" }).click();
    const option = page.locator(".popup .option");
    const offered = await Promise.race([
      option
        .first()
        .waitFor()
        .then(() => true),
      page
        .getByText("Nothing found")
        .waitFor()
        .then(() => false),
    ]);
    if (offered) {
      await option.first().click();
      await page.locator(".editor-head").waitFor();
      await option.first().waitFor();
      await option.first().click();
      await page.waitForFunction(() => new URLSearchParams(location.search).get("q"));
      await page.locator(".chip").waitFor();
      await settled(page);
      await page.locator(".chip-remove").click();
      await page.waitForFunction(() => !new URLSearchParams(location.search).get("q"));
    } else {
      await page.keyboard.press("Escape");
    }
    await settled(page);
  });

  await check("dragging across the time series selects a range", async () => {
    const before = await page.evaluate(() => location.search);
    await page.waitForFunction(
      (selector) => document.querySelector(selector)?.matches("[data-state=ready][aria-busy=false]"),
      SERIES_PANEL,
    );
    const chart = page.locator(`${SERIES_PANEL} .u-over`);
    await chart.waitFor();
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 24, { steps: 4 });
    await page.mouse.move(box.x + box.width - 1, box.y + 24, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => /^\d+$/.test(new URLSearchParams(location.search).get("from") ?? ""));
    await page.goBack();
    await page.waitForFunction((search) => location.search === search, before);
    await settled(page);
  });

  await check("the request behind a panel is shown as curl", async () => {
    await page.locator(`${CPU_PANEL} button[aria-label^='Show the request']`).click();
    const text = await page.locator(".popup .code").textContent();
    expect(text.includes("/SelectMergeStacktraces"), text);
    await page.keyboard.press("Escape");
  });

  await check("unknown parts of an address are reported", async () => {
    await page.goto(`${start}${start.includes("?") ? "&" : "?"}v=pie&colour=red`);
    await page.locator(".problems").waitFor();
    const text = await page.locator(".problems").textContent();
    expect(text.includes("v=pie") && text.includes("colour"), text);
  });

  await check("a service that does not exist is explained", async () => {
    await page.goto(`${base}/explore?s=no-such-service&t=process_cpu:cpu:nanoseconds:cpu:nanoseconds`);
    await page.locator(`${CPU_PANEL}[data-state=empty]`).waitFor();
    await page.getByText("no-such-service sent nothing in this range").waitFor();
    await axe(page);
  });

  const light = await openPage("light");
  await check("light page is drawn and has no accessibility violations", async () => {
    await light.goto(start);
    await settled(light);
    await drawn(light);
    const background = await light.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(/rgb\((2[0-9]{2}), /.test(background), `background ${background} (expected: light)`);
    await axe(light);
    writeFileSync(screenshot("light"), await light.screenshot());
  });

  await check("the theme key overrides the system and is remembered", async () => {
    const themeIs = (theme) =>
      light.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
    await light.keyboard.press("t");
    await themeIs("dark");
    await light.reload();
    await themeIs("dark");
    const background = await light.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(!/rgb\((2[0-9]{2}), /.test(background), `background ${background} (expected: dark)`);
  });

  const narrow = await openPage("dark", { width: 700, height: 900 });
  await check("a narrow window shows the table first and does not scroll sideways", async () => {
    await narrow.goto(start);
    await settled(narrow);
    await narrow.locator(".stacks-table").waitFor({ state: "visible" });
    await narrow.locator(".flame-host").waitFor({ state: "hidden" });
    const sideways = await narrow.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways <= 0, `${sideways} px too wide`);
    await narrow.getByRole("button", { name: "Flame graph" }).click();
    await narrow.locator(".flame-host").waitFor({ state: "visible" });
    await axe(narrow);
    writeFileSync(screenshot("narrow"), await narrow.screenshot());
  });

  await check("a browser whose language is no language tag draws the page", async () => {
    const posix = await openPage("dark");
    // What Chromium says under the POSIX locale.
    await posix.addInitScript(() =>
      Object.defineProperty(navigator, "language", { value: "en-US@posix", configurable: true }),
    );
    await posix.goto(start);
    await settled(posix);
    await drawn(posix);
    await posix.close();
  });

  await check("all panel states are drawn and accessible", async () => {
    await page.goto(`${base}/dev/states`);
    await page.locator(".story").first().waitFor();
    expect((await page.locator(".story").count()) >= 9, "stories are missing");
    await axe(page);
    writeFileSync(screenshot("states"), await page.screenshot({ fullPage: true }));
  });
}

async function checkFirstRun() {
  for (const scheme of ["dark", "light"]) {
    const page = await openPage(scheme);
    await check(`${scheme} first-run page shows how to send a profile`, async () => {
      await page.goto(`${base}/`);
      await page.getByText("No profile has arrived yet").waitFor();
      for (const tab of ["Python", "Java", "curl"]) {
        await page.getByRole("button", { exact: true, name: tab }).click();
        await page.waitForFunction(
          (origin) => document.querySelector(".first .code")?.textContent.includes(origin),
          base,
        );
      }
    });
    await check(`${scheme} first-run page has no accessibility violations`, () => axe(page));
    await page.getByRole("button", { exact: true, name: "Python" }).click();
    writeFileSync(screenshot(scheme === "dark" ? "" : "light"), await page.screenshot());
    const status = await fetch(`${base}/api/v1/status`).then((response) => response.json());
    if (status.lastRejected) {
      await check(`${scheme} first-run page shows the last refused request`, () =>
        page.getByText(status.lastRejected.message).waitFor(),
      );
    }
    if (options.ingest && scheme === "light") {
      await check("the first profile opens Explore by itself", async () => {
        const seconds = Math.floor(Date.now() / 1000);
        const query = `name=first-service&format=folded&from=${seconds - 10}&until=${seconds}&sampleRate=100`;
        const answer = await fetch(`${base}/ingest?${query}`, {
          method: "POST",
          body: "main;serve;parse 30\nmain;write 12\n",
        });
        expect(answer.ok, `/ingest answered ${answer.status}`);
        await settled(page);
        await drawn(page);
      });
    }
  }
}
