// A pass through the window as a person makes it: `node window.mts OPTIONS`, a JSON object (see `Job`).
// Types a wrong event, sees it underlined, hovers, takes the fix from its menu. The last line that it
// prints is what it saw, as JSON. The picture is taken where the hover shows.
import { Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  screenshot: string;
}

const TYPED = 'heater_tick(uint64_t when) "when %d"';
const job = JSON.parse(process.argv[2]!) as Job;
// As much as possible of the file is in the picture.
const settings = { "editor.hover.above": false, "editor.parameterHints.enabled": false, "editor.minimap.enabled": false, "workbench.editor.empty.hint": "hidden" };
const workbench = await Workbench.open({ ...job, settings, size: { width: 1200, height: 620 } });
const { page } = workbench;
const squiggles = () => page.locator(".squiggly-error").count();
const line = (text: string) => page.locator(".view-line", { hasText: text });

async function until(what: string, found: () => Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await found())) {
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await page.waitForTimeout(50);
  }
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
  await page.locator("[id='tesc.tesc.tesc.status']", { hasText: /tesc \d/ }).waitFor();

  // As typed: what the editor closes by itself is typed over.
  await page.keyboard.press("Control+End");
  await page.keyboard.type(TYPED, { delay: 20 });
  await page.keyboard.press("Escape");
  await until("the underline", async () => (await squiggles()) === 4);
  const underlined = [await squiggles()];

  await page.keyboard.press("Control+S");
  const place = line(TYPED).locator("span span", { hasText: "%d" }).last();
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "TE401" });
  await insist(async () => {
    await page.mouse.move(5, 5);
    await place.hover();
    await hover.waitFor({ timeout: 5000 });
  });
  const said = await hover.innerText();
  await page.waitForTimeout(1000); // it fades in
  await page.screenshot({ path: job.screenshot });

  await hover.locator("a", { hasText: "TE401" }).click();
  await page.locator(".tab.active", { hasText: "TE401" }).waitFor();
  await page.frameLocator("iframe.webview.ready").frameLocator("#active-frame").locator("h1").waitFor();
  await page.locator(".tab", { hasText: "trace-events" }).click();

  const menu = page.locator(".action-widget .monaco-list-row");
  let offered: string[] = [];
  // A menu that opens while the window is still at work may close again.
  await insist(async () => {
    await place.click({ timeout: 5000 });
    await page.keyboard.press("Control+.");
    await menu.first().waitFor({ timeout: 5000 });
    offered = await menu.allInnerTexts();
    await menu.filter({ hasText: "PRIu64" }).first().click({ timeout: 5000 });
  });
  await until("the fixed line", async () => (await squiggles()) === 3);
  underlined.push(await squiggles());
  const fixed = (await line("heater_tick").innerText()).replaceAll("\u00a0", " ");

  const command = async (name: string) => {
    await page.keyboard.press("F1");
    await page.keyboard.type(name, { delay: 20 });
    await page.locator(".quick-input-widget .monaco-list-row.focused", { hasText: name }).waitFor({ timeout: 5000 });
    await page.keyboard.press("Enter");
  };
  await insist(async () => {
    await command("Fix All");
    await until("no underline", async () => (await squiggles()) === 0, 5);
  });
  underlined.push(await squiggles());
  await insist(async () => {
    await command("tesc: Show Generated Code");
    for (const title of ["backends", "format"]) {
      await page.locator(".quick-input-widget", { hasText: `Generated code: ${title}` }).waitFor({ timeout: 5000 });
      await page.keyboard.press("Enter"); // as proposed: the log backend, the C header
    }
    const generated = page.locator(".view-line", { hasText: "static inline void trace_heater_tick" });
    await generated.waitFor({ timeout: 10_000 });
  });

  if (workbench.outside.size > 0) throw new Error(`the page asked for ${[...workbench.outside].join(", ")}`);
  console.log(JSON.stringify({ hover: said, offered, fixed, underlined }));
} catch (error) {
  await page.screenshot({ path: `${job.screenshot}.failed.png` });
  throw error;
} finally {
  await workbench.close();
}
