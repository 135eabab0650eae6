// The page of a rule, which package.json associates with the Markdown preview.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import type { Server } from "./server";
import { pageOf } from "./views";

interface Choice extends vscode.QuickPickItem {
  code: string;
}

interface Rule {
  code: string;
  name: string;
  summary: string;
}

/** Show a rule's page: the rule with this code, that of the finding at the cursor, or one that the user picks. */
export async function explainRule(server: Server, code?: string): Promise<void> {
  const wanted = typeof code === "string" ? code : await chooseRule(server);
  if (wanted === undefined) return;
  const uri = pageOf(wanted);
  await vscode.workspace.openTextDocument(uri); // if this fails, the reason is shown
  await vscode.commands.executeCommand("vscode.open", uri);
}

async function chooseRule(server: Server): Promise<string | undefined> {
  const here = findingsAtCursor();
  if (here.length === 1) return here[0]?.code;
  const items = here.length > 0 ? here : await allRules(server);
  const options = { title: "Explain a rule", placeHolder: "A code, a name, or words of its summary", matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.code;
}

function findingsAtCursor(): Choice[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return [];
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter((diagnostic) => diagnostic.source === "tesc" && diagnostic.range.contains(editor.selection.active));
  const choices = found.map((diagnostic) => {
    const code = codeOf(diagnostic);
    return { code, label: code, description: diagnostic.message.split("\n", 1)[0] ?? "" };
  });
  return choices.filter(({ code }, at) => code !== "" && choices.findIndex((one) => one.code === code) === at);
}

async function allRules(server: Server): Promise<Choice[]> {
  if (server.status.kind !== "running") throw new Error("tesc is not running");
  const { file, args } = server.status.found;
  const { stdout } = await promisify(execFile)(file, [...args, "rules", "--format", "json"]);
  const rules = JSON.parse(stdout) as Rule[];
  return rules.map(({ code, name, summary }) => ({ code, label: code, description: name, detail: summary }));
}

/** The code of a finding, or "". */
export function codeOf(diagnostic: vscode.Diagnostic): string {
  const code = diagnostic.code;
  return String(typeof code === "object" ? code.value : (code ?? ""));
}

// A click on a finding's code opens the page in the Markdown preview.
function link(diagnostics: vscode.Diagnostic[]): vscode.Diagnostic[] {
  for (const diagnostic of diagnostics) {
    const value = codeOf(diagnostic);
    if (value === "") continue; // an error in tesc.toml
    diagnostic.code = { value, target: pageOf(value) };
  }
  return diagnostics;
}

export const linkToPages: Pick<Middleware, "handleDiagnostics" | "provideDiagnostics"> = {
  handleDiagnostics: (uri, diagnostics, next) => next(uri, link(diagnostics)),
  provideDiagnostics: async (document, previous, token, next) => {
    const report = await next(document, previous, token);
    if (report?.kind === "full") link(report.items);
    return report;
  },
};
