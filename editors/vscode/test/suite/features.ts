// The extension with the real tesc, in a trusted workspace: a copy of examples/kettle.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as vscode from "vscode";
import { CloseAction, ErrorAction } from "vscode-languageclient/node";
import { Restarts } from "../../src/restarts";
import { api, at, codes, find, show, until, visible, type Tests } from "./help";

const heater = () => at("heater", "trace-events");
const run = vscode.commands.executeCommand;

async function quickFixes(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return run<vscode.CodeAction[]>("vscode.executeCodeActionProvider", uri, range, "quickfix");
}

export const tests: Tests = {
  "the server starts, and the status names it": async () => {
    const { status } = await api();
    const running = await until("a running server", () => (status().kind === "running" ? status() : null));
    assert.ok(running.kind === "running");
    assert.match(running.found.version, /^\d+\.\d+/);
    assert.equal(running.found.origin, "path");
  },

  "findings are shown, and their codes link to the rules' pages": async () => {
    const editor = await show(heater());
    assert.equal(editor.document.languageId, "trace-events");
    await until("diagnostics", () => codes(heater()).length === 4);
    // TE702, since there is no thermostat.c.
    assert.deepEqual(codes(heater()), ["TE001", "TE702", "TE302", "TE406"]);
    const [first] = vscode.languages.getDiagnostics(heater());
    assert.equal(first?.source, "tesc");
    assert.deepEqual(first.range.start, new vscode.Position(2, 37));
    assert.ok(typeof first.code === "object");
    assert.equal(first.code.target.path, "/TE001.md");
  },

  "unsaved text is checked, and a fix is applied": async () => {
    const { document } = await show(at("net", "trace-events"));
    const uri = document.uri;
    const typed = 'remote_reset(uint64_t id) "id %d"\n';
    await edit((change) => change.insert(uri, new vscode.Position(0, 0), typed));
    const wrong = await until("TE401", () => vscode.languages.getDiagnostics(uri)[codes(uri).indexOf("TE401")]);
    assert.equal(document.getText(wrong.range), "%d");
    const fix = (await quickFixes(uri, wrong.range)).find(({ edit }) => edit);
    assert.ok(fix?.edit, "a fix");
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.lineAt(0).text, 'remote_reset(uint64_t id) "id %" PRIu64');
    await until("TE401 to go", () => !codes(uri).includes("TE401"));
    await run("workbench.action.files.revert");
  },

  "an untitled document is checked": async () => {
    const content = 'lost(int a) "%s"\n';
    const document = await vscode.workspace.openTextDocument({ language: "trace-events", content });
    await until("TE415", () => codes(document.uri).includes("TE415"));
    await vscode.window.showTextDocument(document);
    await run("workbench.action.revertAndCloseActiveEditor");
  },

  "a changed setting takes effect at once": async () => {
    await show(heater());
    await until("diagnostics", () => codes(heater()).includes("TE302"));
    const settings = vscode.workspace.getConfiguration("tesc");
    await settings.update("ignore", ["TE302"], vscode.ConfigurationTarget.Workspace);
    await until("TE302 to go", () => !codes(heater()).includes("TE302"));
    await settings.update("ignore", undefined, vscode.ConfigurationTarget.Workspace);
    await until("TE302 to come back", () => codes(heater()).includes("TE302"));
  },

  "hover, outline and formatting": async () => {
    const { document } = await show(heater());
    const position = find(document, "heater_reset", 3);
    const hovers = await run<vscode.Hover[]>("vscode.executeHoverProvider", heater(), position);
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value)));
    assert.match(text.join("\n"), /trace_heater_reset/);
    const symbols = await run<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", heater());
    const all = symbols.flatMap((symbol) => [symbol, ...symbol.children]);
    assert.ok(all.some(({ name }) => name === "heater_reset"));
    const untidy = new vscode.Range(1, 0, 1, "heater_reset(".length);
    await edit((change) => change.replace(heater(), untidy, "heater_reset (  "));
    await run("editor.action.formatDocument");
    await until("the line as it was", () => document.lineAt(1).text === 'heater_reset(void *dev) "dev %p"');
    await run("workbench.action.files.revert");
  },

  "in C, a call leads to its event, and tesc does not format": async () => {
    const source = at("heater", "heater.c");
    const { document } = await show(source);
    const position = find(document, "trace_heater_power", 8);
    const target = await until("a definition", async () => {
      const found = await run<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", source, position);
      return found[0];
    });
    const [uri, range] = "uri" in target ? [target.uri, target.range] : [target.targetUri, target.targetRange];
    assert.equal(uri.toString(), heater().toString());
    assert.equal(range.start.line, 4);
    const options = { tabSize: 4, insertSpaces: true };
    const edits = await run<unknown[] | undefined>("vscode.executeFormatDocumentProvider", source, options);
    assert.ok(edits === undefined || edits.length === 0);
    assert.deepEqual(vscode.languages.getDiagnostics(source), []);
  },

  "in C, an undeclared call is reported, and its fix declares the event": async () => {
    const source = at("heater", "heater.c");
    const { document } = await show(source);
    const line = find(document, "trace_heater_reset").line;
    await edit((change) => {
      change.insert(source, new vscode.Position(0, 0), '#include "trace.h"\n'); // without it, this may be any function
      change.insert(source, new vscode.Position(line, 0), "    trace_heater_stuck(heater);\n");
    });
    const wrong = await until("TE602", () => vscode.languages.getDiagnostics(source)[codes(source).indexOf("TE602")]);
    assert.equal(document.getText(wrong.range), "trace_heater_stuck");
    const fix = await until("a fix", async () => {
      const offered = await quickFixes(source, new vscode.Range(wrong.range.start, wrong.range.start));
      return offered.find(({ title }) => title.startsWith("Declare"));
    });
    assert.ok(fix.edit, "an edit");
    await vscode.workspace.applyEdit(fix.edit);
    const events = await vscode.workspace.openTextDocument(heater());
    assert.match(events.getText(), /^heater_stuck\(.*heater\) ".*"$/m);
    await until("TE602 to go", () => !codes(source).includes("TE602"));
    await show(heater());
    await run("workbench.action.files.revert");
    await show(source);
    await run("workbench.action.files.revert");
  },

  "in C, events are completed, with their parameters, and declared calls are coloured": async () => {
    const source = at("heater", "heater.c");
    const { document } = await show(source);
    const inside = find(document, "trace_heater_power(", "trace_heater_p".length);
    const { items } = await run<vscode.CompletionList>("vscode.executeCompletionItemProvider", source, inside);
    const item = items.find(({ label }) => /^trace_heater_power/.test(typeof label === "string" ? label : label.label));
    assert.ok(item?.insertText instanceof vscode.SnippetString, "a snippet of its arguments");
    const given = find(document, "trace_heater_power(", "trace_heater_power(".length);
    const help = await run<vscode.SignatureHelp>("vscode.executeSignatureHelpProvider", source, given, "(");
    assert.match(help.signatures[0]?.label ?? "", /trace_heater_power\(/);
    assert.equal(help.signatures[0]?.activeParameter ?? help.activeParameter, 0);
    const settings = vscode.workspace.getConfiguration("tesc");
    await settings.update("sourceTokens", true, vscode.ConfigurationTarget.Workspace);
    const tokens = await until("tokens", async () =>
      run<vscode.SemanticTokens | undefined>("vscode.provideDocumentSemanticTokens", source),
    );
    assert.ok(tokens.data.length >= 5);
    await settings.update("sourceTokens", undefined, vscode.ConfigurationTarget.Workspace);
  },

  "an event's references include C": async () => {
    const { document } = await show(heater());
    const position = find(document, "heater_power", 3);
    const found = await until("references", async () => {
      const all = await run<vscode.Location[]>("vscode.executeReferenceProvider", heater(), position);
      return all.length > 1 ? all : null;
    });
    assert.ok(found.some(({ uri }) => uri.path.endsWith("/heater.c")));
  },

  "a lens opens the references": async () => {
    const settings = vscode.workspace.getConfiguration("tesc");
    await settings.update("codeLens", true, vscode.ConfigurationTarget.Workspace);
    await show(heater());
    const lenses = await until("lenses", async () => {
      const all = await run<vscode.CodeLens[]>("vscode.executeCodeLensProvider", heater(), 50);
      return all.find(({ command }) => command?.command === "tesc.showReferences");
    });
    const command = lenses.command;
    assert.ok(command);
    await run(command.command, ...(command.arguments ?? []));
    await run("closeReferenceSearch");
    await settings.update("codeLens", undefined, vscode.ConfigurationTarget.Workspace);
  },

  "a flattened file opens to the side, and follows edits": async () => {
    const { document } = await show(at("trace-events"));
    await run("tesc.flattenFile");
    const flat = await until("the view", () => visible("tesc", /trace-events \[flat\]$/));
    assert.equal(flat.document.languageId, "trace-events");
    assert.match(flat.document.getText(), /^house_remote_connect\(const char \*peer, int port\)/m);
    await edit((change) => change.insert(document.uri, new vscode.Position(0, 0), 'added(void) "x"\n'));
    await until("the new text", () => /^added\(void\)/m.test(flat.document.getText()));
    await show(document.uri);
    await run("workbench.action.files.revert");
  },

  "generated code opens to the side, at the event": async () => {
    const editor = await show(at("net", "trace-events"));
    const position = find(editor.document, "remote_close");
    editor.selection = new vscode.Selection(position, position);
    await run("tesc.showGenerated", undefined, { backends: ["log"], format: "h" });
    const view = await until("the view", () => visible("tesc", /\[h: log\]$/));
    await until("the place", () => view.selection.active.line > 0);
    assert.match(view.document.lineAt(view.selection.active.line).text, / trace_house_remote_close\(/);
    assert.equal(view.document.languageId, "c");
  },

  "a rule's page is shown as rendered Markdown": async () => {
    await run("tesc.explainRule", "TE302");
    const tab = await until("the preview", () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab;
      return input?.label.includes("TE302") ? input : null;
    });
    assert.ok(tab.input instanceof vscode.TabInputCustom);
    assert.match(tab.input.viewType, /markdown\.preview/);
  },

  "the finding at the cursor is explained without asking which": async () => {
    const editor = await show(heater());
    await until("diagnostics", () => codes(heater()).includes("TE406"));
    const position = find(editor.document, "\\n");
    editor.selection = new vscode.Selection(position, position);
    await run("tesc.explainRule");
    await until("the preview", () => vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes("TE406"));
  },

  "an unknown rule is reported, not thrown": async () => {
    assert.equal(await run("tesc.explainRule", "TE999"), undefined);
  },

  "a restart starts a new server": async () => {
    const { status } = await api();
    await show(heater());
    await run("tesc.restart");
    assert.equal(status().kind, "running");
    await until("diagnostics", () => codes(heater()).length === 4);
  },

  "a server that ends is restarted": async () => {
    const { status } = await api();
    await show(heater());
    await until("diagnostics", () => codes(heater()).length >= 3);
    const settings = vscode.workspace.getConfiguration("tesc");
    const first = servers();
    assert.match(first, /^\d+\n$/, "one server");
    process.kill(Number(first), "SIGKILL");
    // Continued typing writes to a server that is gone, more often than the client library tolerates by default.
    const { document } = await show(heater());
    for (let i = 0; i < 8; i++) await edit((change) => change.insert(document.uri, new vscode.Position(0, 0), "# x\n"));
    // The status may still be the old server's. Counting servers blocks this process, and with it the restart, so
    // count only when the status says running.
    await until("another server", () => status().kind === "running" && ![first, ""].includes(servers()));
    await settings.update("ignore", ["TE302"], vscode.ConfigurationTarget.Workspace);
    await until("TE302 to go", () => !codes(heater()).includes("TE302"));
    await settings.update("ignore", undefined, vscode.ConfigurationTarget.Workspace);
    await show(heater());
    await run("workbench.action.files.revert");
  },

  "a failed write waits for the close, unreadable output ends the server": async () => {
    const restarts = new Restarts();
    restarts.ran = true;
    const wrong = new Error("wrong");
    for (let count = 1; count < 9; count++) {
      assert.equal((await restarts.error(wrong, undefined, count)).action, ErrorAction.Continue);
    }
    assert.equal((await restarts.closed()).action, CloseAction.Restart);
    assert.equal((await restarts.error(wrong, undefined, undefined)).action, ErrorAction.Shutdown);
    assert.equal((await restarts.closed()).action, CloseAction.DoNotRestart);
    assert.equal(restarts.gaveUp, "what it sends cannot be read");
  },

  "a path that does not lead to tesc is reported, and can be corrected": async () => {
    const { status } = await api();
    const settings = vscode.workspace.getConfiguration("tesc");
    await settings.update("path", "/nowhere/tesc", vscode.ConfigurationTarget.Workspace);
    const missing = await until("no server", () => (status().kind === "missing" ? status() : null));
    assert.ok(missing.kind === "missing");
    assert.deepEqual(missing.missing, { configured: "/nowhere/tesc", reason: "there is no such file", refused: [] });
    await until("no diagnostics", () => codes(heater()).length === 0);
    await settings.update("path", undefined, vscode.ConfigurationTarget.Workspace);
    await until("a server", () => status().kind === "running");
  },
};

/** The process IDs of the servers, a line each. */
function servers(): string {
  return spawnSync("pgrep", ["-P", String(process.pid), "-f", "tesc lsp"], { encoding: "utf8" }).stdout;
}

async function edit(change: (edit: vscode.WorkspaceEdit) => void): Promise<void> {
  const all = new vscode.WorkspaceEdit();
  change(all);
  assert.ok(await vscode.workspace.applyEdit(all));
}
