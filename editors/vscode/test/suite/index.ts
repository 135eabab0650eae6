// Runs the suites in VS Code's extension host, one after the other in the same window, and writes the result of each
// test, by the suite's and its own name, to a file.
import { writeFileSync } from "node:fs";
import { tests as features } from "./features";
import { tests as trust } from "./trust";

// In this order: a workspace that is trusted stays so.
const SUITES = { trust, features };

export async function run(): Promise<void> {
  const results: Record<string, Record<string, string>> = {};
  const failed: string[] = [];
  const file = process.env["TESC_E2E_RESULTS"] ?? "results.json";
  for (const [suite, tests] of Object.entries(SUITES)) {
    const said = (results[suite] = {} as Record<string, string>);
    for (const [name, test] of Object.entries(tests)) {
      try {
        await test();
        said[name] = "passed";
      } catch (error) {
        said[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
        failed.push(name);
      }
      writeFileSync(file, JSON.stringify(results, null, 1));
    }
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
}
