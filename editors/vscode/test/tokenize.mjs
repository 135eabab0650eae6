// Print the tokens that grammars find in files: a JSON object that maps each file to its lines, each a list of
// [start, end, scopes], with columns in UTF-16 units.
//
//     node tokenize.mjs SCOPE [--builtin FOLDER] FILE...
//
// FOLDER holds VS Code's own extensions, for the grammars of C, C++ and Rust.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const { values, positionals } = parseArgs({ options: { builtin: { type: "string" } }, allowPositionals: true });
const [scope, ...files] = positionals;
const own = (name) => new URL(`../syntaxes/${name}.tmLanguage.json`, import.meta.url);
const grammars = {
  "source.trace-events": own("trace-events"),
  "source.trace-events.calls": own("calls"),
  "source.c": `${values.builtin}/cpp/syntaxes/c.tmLanguage.json`,
  "source.cpp": `${values.builtin}/cpp/syntaxes/cpp.tmLanguage.json`,
  "source.rust": `${values.builtin}/rust/syntaxes/rust.tmLanguage.json`,
};
const { contributes } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

await oniguruma.loadWASM(readFileSync(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (name) =>
    name in grammars ? textmate.parseRawGrammar(readFileSync(grammars[name], "utf8"), `${name}.json`) : null,
  getInjections: (name) =>
    contributes.grammars.filter((one) => one.injectTo?.includes(name)).map((one) => one.scopeName),
});
const grammar = await registry.loadGrammar(scope);
if (grammar === null) throw new Error(`there is no grammar ${scope}`);

const result = {};
for (const file of files) {
  let state = textmate.INITIAL;
  result[file] = readFileSync(file, "utf8").split(/\r\n|\r|\n/).map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => [startIndex, Math.min(endIndex, line.length), scopes]);
  });
}
process.stdout.write(JSON.stringify(result));
