// The extension: its parts, and the events after which it looks for tesc again.
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { Complaints } from "./missing";
import { Server, type Status } from "./server";
import { SECTION } from "./settings";
import { StatusItem } from "./status";
import { checkTasks } from "./tasks";
import { Views } from "./views";

let server: Server | undefined;

/** The API for other extensions and for the tests. */
export interface Api {
  status(): Status;
}

export function activate(context: vscode.ExtensionContext): Api {
  server = new Server(context.asAbsolutePath("server"));
  const views = new Views(server);
  context.subscriptions.push(
    server,
    views,
    new StatusItem(server),
    new Complaints(server),
    checkTasks(server),
    ...registerCommands(server, views, context.globalState),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server?.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SECTION}.path`)) void server?.restart();
    }),
    // A new folder may have a virtual environment.
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      if (server?.status.kind === "missing" || server?.status.kind === "off") void server.restart();
    }),
  );
  void server.restart();
  const started = server;
  return { status: () => started.status };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
