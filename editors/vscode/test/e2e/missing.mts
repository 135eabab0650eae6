// What a person sees where no tesc runs as a language server: `node missing.mts OPTIONS`, a JSON object (see `Job`).
// One window opens one workspace after the other. The last line of output is what was seen, as JSON.
import * as path from "node:path";
import { Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspaces: string[];
  /** Where a picture of each workspace goes. */
  folder: string;
}

const job = JSON.parse(process.argv[2]!) as Job;
const workbench = await Workbench.start(job);
const { page } = workbench;

async function look(workspace: string) {
  await workbench.goto(workspace);
  await workbench.open("net/trace-events");
  const toast = page.locator(".notification-toast", { hasText: "tesc" });
  await toast.first().waitFor();
  await page.waitForTimeout(2000); // by then a second message would have come, and made the next lines fail
  const buttons = await toast.locator(".monaco-button").allInnerTexts();
  const text = await toast.locator(".notification-list-item-message").innerText();
  const status = (await workbench.status().innerText()).trim();
  // Colours need no server: an event's name has another one than a comment.
  const colours = await page.locator(".view-line").evaluateAll((lines) =>
    lines.slice(0, 2).map((line) => line.querySelector("span span")!.className),
  );
  await page.screenshot({ path: path.join(job.folder, `${path.basename(workspace)}.png`) });
  return { text, buttons, status, colours };
}

try {
  const seen = [];
  for (const workspace of job.workspaces) seen.push(await look(workspace));
  console.log(JSON.stringify(seen));
} finally {
  await workbench.close();
}
