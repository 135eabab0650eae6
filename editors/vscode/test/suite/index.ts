// Runs a suite in VS Code's extension host, and writes the result of each test, by its name, to a file.
import { writeFileSync } from "node:fs";
import { tests as features } from "./features";
import { tests as trust } from "./trust";

const SUITES = { features, trust };

export async function run(): Promise<void> {
  const results: Record<string, string> = {};
  const file = process.env["TESC_E2E_RESULTS"] ?? "results.json";
  const suite = SUITES[process.env["TESC_E2E_SUITE"] as keyof typeof SUITES];
  for (const [name, test] of Object.entries(suite)) {
    try {
      await test();
      results[name] = "passed";
    } catch (error) {
      results[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    writeFileSync(file, JSON.stringify(results, null, 1));
  }
  const failed = Object.keys(results).filter((name) => results[name] !== "passed");
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
}
