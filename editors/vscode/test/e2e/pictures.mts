// The pictures of the walkthrough, taken while the packed extension is used as it tells: `node pictures.mts
// OPTIONS`, a JSON object (see `Job`). The last line that it prints is what it saw, as JSON.
import * as path from "node:path";
import { Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  /** Where the pictures go. */
  folder: string;
}

const TYPED = 'heater_tick(uint64_t when) "when %d"';
const job = JSON.parse(process.argv[2]!) as Job;
const settings = { "editor.hover.above": false, "editor.parameterHints.enabled": false, "editor.minimap.enabled": false, "workbench.editor.empty.hint": "hidden", ...job.settings };
const workbench = await Workbench.open({ ...job, settings, size: { width: 1000, height: 560 } });
const { page } = workbench;
const line = (text: string) => page.locator(".view-line", { hasText: text });
const take = async (name: string) => {
  await page.waitForTimeout(800); // what opens fades in
  await page.screenshot({ path: path.join(job.folder, `${name}.png`) });
};

async function command(title: string): Promise<void> {
  await page.keyboard.press("F1");
  await page.keyboard.type(title);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** Do what a person would do again if the window did not take it. */
async function insist(act: () => Promise<void>): Promise<void> {
  for (let left = 4; ; left--) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

try {
  page.setDefaultTimeout(60_000);
  await workbench.goto(job.workspace);
  await page.locator(".explorer-viewlet .monaco-list-row", { hasText: "heater" }).first().click();
  await page.locator(".explorer-viewlet .monaco-list-row[aria-level='2']", { hasText: "trace-events" }).first().dblclick();
  await line("thermostat_poll").waitFor();
  const status = page.locator("[id='tesc.tesc.tesc.status']", { hasText: /tesc \d/ });
  await status.waitFor();
  const version = (await status.innerText()).trim();

  await page.keyboard.press("Control+End");
  await page.keyboard.type(TYPED, { delay: 20 });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+S");
  const place = line(TYPED).locator("span span", { hasText: "%d" }).last();
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "TE401" });
  await insist(async () => {
    await page.mouse.move(5, 5);
    await place.hover();
    await hover.waitFor({ timeout: 8000 });
  });
  await take("findings");

  const menu = page.locator(".action-widget .monaco-list-row");
  await insist(async () => {
    await place.click({ timeout: 8000 });
    await page.keyboard.press("Control+.");
    await menu.first().waitFor({ timeout: 8000 });
  });
  await take("fix");
  await menu.filter({ hasText: "PRIu64" }).first().click();
  await line("PRIu64").last().waitFor();
  await page.keyboard.press("Control+S");

  await line("heater_power").locator("span span", { hasText: "heater_power" }).first().click();
  await page.keyboard.press("Shift+F12");
  await page.locator(".zone-widget .monaco-list-row", { hasText: "heater.c" }).first().click();
  await page.locator(".zone-widget .monaco-list-row", { hasText: "trace_heater_power" }).first().click();
  await take("callers");
  await page.keyboard.press("Escape");

  // Of a file without mistakes: of others nothing is generated.
  await page.locator(".explorer-viewlet .monaco-list-row", { hasText: "net" }).first().click();
  await page.locator(".explorer-viewlet .monaco-list-row[aria-level='2']", { hasText: "trace-events" }).nth(1).dblclick();
  await line("remote_connect").first().click();
  await command("tesc: Show Generated Code");
  for (const title of ["backends", "format"]) {
    await page.locator(".quick-input-titlebar", { hasText: `Generated code: ${title}` }).waitFor();
    await page.locator(".quick-input-list .monaco-list-row:visible").first().waitFor();
    await page.keyboard.press("Enter");
  }
  await line("static inline void").first().waitFor();
  await take("generated");
  await page.keyboard.press("Escape");

  await command("Welcome: Open Walkthrough");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Trace events with tesc" }).first().click();
  await page.locator(".getting-started-step, .step-title", { hasText: "See what is wrong" }).first().waitFor();
  const steps = await page.locator(".getting-started-step .step-title").allInnerTexts();
  await page.setViewportSize({ width: 1400, height: 700 }); // the picture is beside the steps
  await take("walkthrough");
  console.log(JSON.stringify({ status: version, steps }));
} catch (error) {
  await page.screenshot({ path: path.join(job.folder, "failed.png") });
  throw error;
} finally {
  await workbench.close();
}
