// Use the packed extension as a person would: `node window.mts OPTIONS`, a JSON object (see `Job`).
// Type a wrong event, see it underlined, hover, fix it from the menu, fix the rest, look at callers and generated
// code, open the walkthrough. Pictures are taken on the way. The last line of output is what was seen, as JSON.
import * as path from "node:path";
import { insist, Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  /** Where the pictures go. */
  folder: string;
}

const TYPED = 'heater_tick(uint64_t when) "when %d"';
const job = JSON.parse(process.argv[2]!) as Job;
// The pictures should show as much of the file as possible.
const settings = {
  "editor.hover.above": false,
  "editor.parameterHints.enabled": false,
  "editor.minimap.enabled": false,
  "workbench.editor.empty.hint": "hidden",
};
const workbench = await Workbench.start({ ...job, settings });
const { page } = workbench;
const squiggles = () => page.locator(".squiggly-error").count();
const line = (text: string) => page.locator(".view-line", { hasText: text });
const take = (name: string) => page.screenshot({ path: path.join(job.folder, `${name}.png`), animations: "disabled" });

async function until(what: string, found: () => Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await found())) {
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await page.waitForTimeout(50);
  }
}

try {
  await workbench.goto(job.workspace);
  await workbench.open("heater/trace-events");
  await line("thermostat_poll").waitFor();
  await workbench.status().filter({ hasText: /tesc \d/ }).waitFor();
  const status = (await workbench.status().innerText()).trim();

  await page.keyboard.press("Control+End");
  await page.keyboard.type(TYPED);
  await page.keyboard.press("Escape");
  await until("the underline", async () => (await squiggles()) === 4);
  const underlined = [await squiggles()];

  await page.keyboard.press("Control+S");
  const place = line(TYPED).locator("span span", { hasText: "%d" }).last();
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "TE401" });
  await insist(page, async (timeout) => {
    await page.mouse.move(5, 5);
    await place.hover();
    await hover.waitFor({ timeout });
  });
  const said = await hover.innerText();
  await take("findings");

  await hover.locator("a", { hasText: "TE401" }).click();
  await page.locator(".tab.active", { hasText: "TE401" }).waitFor();
  await page.frameLocator("iframe.webview.ready").frameLocator("#active-frame").locator("h1").waitFor();
  await page.locator(".tab", { hasText: "trace-events" }).click();

  const menu = page.locator(".action-widget .monaco-list-row");
  let offered: string[] = [];
  await insist(page, async () => {
    await place.click({ timeout: 5000 });
    await page.keyboard.press("Control+.");
    await menu.first().waitFor({ timeout: 5000 });
    offered = await menu.allInnerTexts();
    await take("fix");
    await menu.filter({ hasText: "PRIu64" }).first().click({ timeout: 5000 });
  });
  await until("the fixed line", async () => (await squiggles()) === 3);
  underlined.push(await squiggles());
  const fixed = (await line("heater_tick").innerText()).replaceAll("\u00a0", " ");

  await insist(page, async () => {
    await workbench.command("Fix All");
    await until("no underline", async () => (await squiggles()) === 0, 5);
  });
  underlined.push(await squiggles());
  await page.keyboard.press("Control+S");

  const callers = page.locator(".zone-widget .monaco-list-row");
  await insist(page, async () => {
    await line("heater_power").locator("span span", { hasText: "heater_power" }).first().click({ timeout: 5000 });
    await page.keyboard.press("Shift+F12");
    await callers.filter({ hasText: "heater.c" }).first().click({ timeout: 8000 });
    await callers.filter({ hasText: "trace_heater_power" }).first().click({ timeout: 5000 });
  });
  await take("callers");
  await page.keyboard.press("Escape");

  await insist(page, async () => {
    await line("heater_tick").first().click({ timeout: 5000 });
    await workbench.command("tesc: Show Generated Code");
    for (const title of ["backends", "format"]) {
      await page.locator(".quick-input-widget", { hasText: `Generated code: ${title}` }).waitFor({ timeout: 5000 });
      await page.keyboard.press("Enter"); // accept what is proposed: the log backend, the C header
    }
    await line("static inline void trace_heater_tick").waitFor({ timeout: 10_000 });
  });
  await take("generated");

  await insist(page, () => workbench.command("View: Close All Editors"));
  await insist(page, async () => {
    await workbench.command("Welcome: Open Walkthrough");
    const walkthroughs = page.locator(".quick-input-list .monaco-list-row", { hasText: "Trace events with tesc" });
    await walkthroughs.first().click({ timeout: 5000 });
    await page.locator(".step-title", { hasText: "See what is wrong" }).first().waitFor({ timeout: 10_000 });
  });
  const steps = await page.locator(".getting-started-step .step-title").allInnerTexts();
  await page.setViewportSize({ width: 1400, height: 700 }); // wide enough to show the picture beside the steps
  await take("walkthrough");

  if (workbench.outside.size > 0) throw new Error(`the page sent requests to ${[...workbench.outside].join(", ")}`);
  console.log(JSON.stringify({ status, hover: said, offered, fixed, underlined, steps }));
} catch (error) {
  await take("failed");
  throw error;
} finally {
  await workbench.close();
}
