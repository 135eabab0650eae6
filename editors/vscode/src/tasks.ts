// The task `tesc: check`, which checks the whole workspace and fills the Problems view.
import * as vscode from "vscode";
import type { Server } from "./server";

const TYPE = "tesc";

interface Definition extends vscode.TaskDefinition {
  /** Arguments of `tesc check`, such as `--sources`. */
  args?: string[];
}

export function checkTasks(server: Server): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: () => (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => check(server, folder, { type: TYPE }) ?? []),
    resolveTask: (task) => {
      const folder = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
      return folder && check(server, folder, task.definition as Definition);
    },
  });
}

/** The check of a folder with the running tesc; undefined without one. */
function check(server: Server, folder: vscode.WorkspaceFolder, definition: Definition): vscode.Task | undefined {
  const { status } = server;
  if (status.kind !== "running") return undefined;
  const { file, args } = status.found;
  const words = [...args, "check", "--output-format", "concise", ...(definition.args ?? [])];
  const run = new vscode.ProcessExecution(file, words, { cwd: folder.uri.fsPath });
  const task = new vscode.Task(definition, folder, "check", TYPE, run, "$tesc");
  task.group = vscode.TaskGroup.Build;
  return task;
}
