// The status bar item: whether tesc is running, and which one; a click lists the commands.
import * as vscode from "vscode";
import { complaint } from "./missing";
import { LANGUAGE, SOURCES } from "./selectors";
import type { Server, Status } from "./server";

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("tesc.status", vscode.StatusBarAlignment.Right, 10);
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.item.name = "tesc";
    this.item.command = "tesc.showCommands";
    this.disposables = [
      this.item,
      server.onDidChange(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
    ];
    this.update();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private update(): void {
    const status = this.server.status;
    const bad = status.kind === "missing" || status.kind === "failed";
    this.item.text = textOf(status);
    this.item.tooltip = tooltipOf(status);
    this.item.backgroundColor = bad ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    const language = vscode.window.activeTextEditor?.document.languageId ?? "";
    if (status.kind !== "off" && [LANGUAGE, ...SOURCES].includes(language)) this.item.show();
    else this.item.hide();
  }
}

function textOf(status: Status): string {
  if (status.kind === "starting") return "$(loading~spin) tesc";
  if (status.kind === "running") return `$(check) tesc ${status.found.version}`;
  return "$(warning) tesc";
}

function tooltipOf(status: Status): string {
  if (status.kind === "starting") return "tesc is starting";
  if (status.kind === "running") return `${status.found.file}, ${HOW[status.found.origin]}`;
  return complaint(status);
}

const HOW = { setting: "from the setting tesc.path", environment: "from the workspace's virtual environment", path: "from PATH", bundled: "running the bundled tesc" };
