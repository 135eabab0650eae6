// Run the suites in VS Code's extension host: `node suite.mts OPTIONS`, a JSON object (see `Job`). The workspace is
// untrusted; the button that grants trust is pressed once a test shows it.
import { Workbench, type Options } from "./workbench.mts";

interface Job extends Options {
  workspace: string;
  extension: string;
  suite: string;
  screenshot: string;
}

const job = JSON.parse(process.argv[2]!) as Job;
const workbench = await Workbench.start({ ...job, untrusted: true });
let status = 1;
try {
  const trust = workbench.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ });
  trust.click({ timeout: 120_000 }).catch(() => {}); // the suite fails if nothing came of it
  const timeout = new Promise<number>((resolve) => setTimeout(() => resolve(124), 900_000).unref());
  status = await Promise.race([workbench.runSuite(job.workspace, job.extension, job.suite), timeout]);
  await workbench.page.screenshot({ path: job.screenshot });
  if (workbench.outside.size > 0) {
    console.error(`the page asked for ${[...workbench.outside].join(", ")}`);
    status = 1;
  }
} finally {
  await workbench.close();
}
process.exit(status);
