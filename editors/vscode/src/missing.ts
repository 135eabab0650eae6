// The message when tesc cannot run: shown once, and only while a trace-events file is open.
import * as vscode from "vscode";
import type { Missing } from "./locate";
import { LANGUAGE } from "./selectors";
import { SECTION } from "./settings";
import type { Server, Status } from "./server";

export const INSTALL = "pipx install tesc";

export class Complaints implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private said = "";

  constructor(private readonly server: Server) {
    this.disposables = [
      server.onDidChange(() => void this.complain()),
      vscode.window.onDidChangeActiveTextEditor(() => void this.complain()),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async complain(): Promise<void> {
    const status = this.server.status;
    const text = complaint(status);
    if (text === "" || text === this.said) return;
    if (!vscode.window.visibleTextEditors.some(({ document }) => document.languageId === LANGUAGE)) return;
    this.said = text;
    const buttons = status.kind === "missing" ? buttonsFor(status.missing) : [SHOW_LOG, SET_PATH, AGAIN];
    const chosen = await vscode.window.showWarningMessage(text, ...buttons.map(({ title }) => title));
    const button = buttons.find(({ title }) => title === chosen);
    if (button === undefined) return;
    this.said = "";
    await button.press(this.server);
  }
}

/** The message, or "". */
export function complaint(status: Status): string {
  if (status.kind === "failed") {
    const { file, version } = status.found;
    return `tesc ${version} (${file}) does not run as a language server: ${status.reason}. Perhaps it is too old: pipx upgrade tesc`;
  }
  if (status.kind !== "missing") return "";
  const { configured, reason, refused } = status.missing;
  if (refused.length > 0) {
    return `tesc (${refused[0]}) was not started, because you have not trusted this workspace. Trust it, or install tesc elsewhere: ${INSTALL}`;
  }
  if (configured !== "") return `The setting tesc.path (${configured}) does not name a tesc: ${reason || "it is not on PATH"}.`;
  const broken = reason === "" ? "" : ` (${reason})`;
  return `trace-events files are not checked: there is no tesc in the workspace's .venv or on PATH${broken}, and no Python 3.9 or newer for the bundled one. Install it: ${INSTALL}, or pip install tesc in .venv.`;
}

interface Button {
  title: string;
  press(server: Server): Thenable<unknown>;
}

const SHOW_LOG: Button = {
  title: "Show Log",
  press: async (server) => server.log.show(),
};
const SET_PATH: Button = {
  title: "Set tesc.path",
  press: () => vscode.commands.executeCommand("workbench.action.openSettings", `${SECTION}.path`),
};
const COPY: Button = {
  title: "Copy pipx Command",
  press: () => vscode.env.clipboard.writeText(INSTALL),
};
const AGAIN: Button = {
  title: "Look Again",
  press: (server) => server.restart(),
};
const TRUST: Button = {
  title: "Manage Trust",
  press: () => vscode.commands.executeCommand("workbench.trust.manage"),
};

function buttonsFor(missing: Missing): Button[] {
  if (missing.refused.length > 0) return [TRUST, COPY];
  if (missing.configured !== "") return [SET_PATH, AGAIN];
  return [COPY, SET_PATH, AGAIN];
}
