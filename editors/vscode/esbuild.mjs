// Bundle the extension into dist/extension.js and, with `--tests`, the tests into out.
import { build } from "esbuild";

const common = { bundle: true, platform: "node", target: "node20", format: "cjs", external: ["vscode"] };

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  minify: true,
  sourcemap: true,
  sourcesContent: false,
});
if (process.argv.includes("--tests")) {
  await build({ ...common, entryPoints: ["test/suite/index.ts", "test/unit/locate.ts"], outdir: "out" });
}
