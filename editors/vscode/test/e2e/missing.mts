// What a person sees where no tesc runs as a language server: `node missing.mts OPTIONS`, a JSON object (see `Job`).
// First there is no tesc at all, then the workspace's settings name one. The last line of output is what was seen
// each time, as JSON.
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { insist, Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  /** The settings.json that names a program that is not a language server. */
  wrong: Record<string, unknown>;
  /** Where the pictures go. */
  folder: string;
}

const job = JSON.parse(process.argv[2]!) as Job;
const workbench = await Workbench.start(job);
const { page } = workbench;

/** What the window shows of the only message about tesc. */
async function look(name: string) {
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
  await page.screenshot({ path: path.join(job.folder, `${name}.png`) });
  return { text, buttons, status, colours };
}

try {
  await workbench.goto(job.workspace);
  await workbench.open("net/trace-events");
  const missing = await look("missing");
  await insist(page, () => workbench.command("Notifications: Clear All Notifications"));
  writeFileSync(path.join(job.workspace, ".vscode", "settings.json"), JSON.stringify(job.wrong));
  const wrong = await look("wrong");
  console.log(JSON.stringify([missing, wrong]));
} finally {
  await workbench.close();
}
