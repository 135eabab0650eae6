// The commands, by name.
import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient/node";
import { explainRule } from "./explain";
import { showGenerated } from "./generated";
import { INSTALL } from "./missing";
import { LANGUAGE } from "./selectors";
import type { Server } from "./server";
import { flatOf, showBeside, type Views } from "./views";

export function registerCommands(server: Server, views: Views, memory: vscode.Memento): vscode.Disposable[] {
  const commands: Record<string, (...args: never[]) => unknown> = {
    "tesc.start": () => server.start(),
    "tesc.stop": () => server.stop(),
    "tesc.restart": () => server.restart(),
    "tesc.install": install,
    "tesc.showLog": () => server.log.show(),
    "tesc.explainRule": (code?: string) => explainRule(server, code),
    "tesc.flattenFile": async () => {
      const { document } = eventsEditor();
      await showBeside(flatOf(document.uri), LANGUAGE);
    },
    "tesc.showGenerated": (_uri?: vscode.Uri, told?: { backends: string[]; format: string }) =>
      showGenerated(server, views, memory, eventsEditor(), isChoice(told) ? told : undefined),
    "tesc.showCommands": () => showCommands(server),
    "tesc.showReferences": (uri: string, position: Position, locations: Location[]) =>
      showReferences(server, uri, position, locations),
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(name, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        server.log.error(`${name}: ${reason}`);
        void offerLog(server, reason);
        return undefined;
      }
    }),
  );
}

// In a terminal, where the user sees it and can answer its questions.
function install(): void {
  const terminal = vscode.window.createTerminal("Install tesc");
  terminal.show();
  terminal.sendText(INSTALL);
}

// If called from a menu, the second argument comes from VS Code.
function isChoice(told: unknown): boolean {
  return typeof told === "object" && told !== null && "backends" in told && "format" in told;
}

function eventsEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.document.languageId !== LANGUAGE) throw new Error("Open a trace-events file first.");
  return editor;
}

async function offerLog(server: Server, reason: string): Promise<void> {
  if ((await vscode.window.showErrorMessage(`tesc: ${reason}`, "Show Log")) !== undefined) server.log.show();
}

async function showCommands(server: Server): Promise<void> {
  const inEvents = vscode.window.activeTextEditor?.document.languageId === LANGUAGE;
  const items = [
    ...(inEvents
      ? [
          { label: "$(file-code) Show generated code", command: "tesc.showGenerated" },
          { label: "$(list-flat) Flatten this file", command: "tesc.flattenFile" },
        ]
      : []),
    { label: "$(book) Explain a rule", command: "tesc.explainRule" },
    { label: "$(output) Show log", command: "tesc.showLog" },
    { label: "$(debug-restart) Restart language server", command: "tesc.restart" },
    ...(server.status.kind === "off"
      ? [{ label: "$(debug-start) Start language server", command: "tesc.start" }]
      : [{ label: "$(debug-stop) Stop language server", command: "tesc.stop" }]),
    { label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "tesc." },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: "tesc" });
  if (chosen === undefined) return;
  const args = "argument" in chosen ? [chosen.argument] : [];
  await vscode.commands.executeCommand(chosen.command, ...args);
}

// The command of code lenses, whose positions are in the protocol's form.
async function showReferences(server: Server, uri: string, position: Position, locations: Location[]): Promise<void> {
  const { converter } = server;
  if (converter === undefined) return;
  await vscode.commands.executeCommand(
    "editor.action.showReferences",
    vscode.Uri.parse(uri),
    converter.asPosition(position),
    locations.map((location) => converter.asLocation(location)),
  );
}
