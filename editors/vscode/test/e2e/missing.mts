// What a person sees without a tesc that serves: `node missing.mts OPTIONS`, a JSON object (see `Job`). The last line
// that it prints is what it saw, as JSON.
import { Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  screenshot: string;
}

const job = JSON.parse(process.argv[2]!) as Job;
const workbench = await Workbench.open({ ...job, size: { width: 1200, height: 620 } });
const { page } = workbench;
try {
  page.setDefaultTimeout(60_000);
  await workbench.goto(job.workspace);
  const rows = page.locator(".explorer-viewlet .monaco-list-row");
  await rows.filter({ hasText: "net" }).first().click();
  await page.locator("[aria-level='2']", { hasText: "trace-events" }).first().dblclick();
  const toast = page.locator(".notification-toast", { hasText: "tesc" });
  await toast.first().waitFor();
  await page.waitForTimeout(2000); // a second one would come by now, and make the next lines fail
  const buttons = await toast.locator(".monaco-button").allInnerTexts();
  const text = await toast.locator(".notification-list-item-message").innerText();
  const status = await page.locator("[id='tesc.tesc.tesc.status']").innerText();
  // Colours need no server: an event's name has another than a comment.
  const colours = await page.locator(".view-line").evaluateAll((lines) =>
    lines.slice(0, 2).map((line) => line.querySelector("span span")!.className),
  );
  await page.screenshot({ path: job.screenshot });
  console.log(JSON.stringify({ text, buttons, status: status.trim(), colours }));
} finally {
  await workbench.close();
}
