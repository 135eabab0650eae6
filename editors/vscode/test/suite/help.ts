// What the suites share.
import * as vscode from "vscode";
import type { Api } from "../../src/extension";

export type Tests = Record<string, () => Promise<void>>;

export const ID = "tesc.tesc";

/** The first truthy value of `find`. `seconds` only limits how long a failure takes: the machine may be busy. */
export async function until<T>(what: string, find: () => T | Promise<T>, seconds = 120): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await find();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}; ${await state()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>(ID);
  if (extension === undefined) throw new Error(`there is no extension ${ID}`);
  return extension.activate();
}

export function at(...parts: string[]): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error("there is no folder");
  return vscode.Uri.joinPath(folder.uri, ...parts);
}

export async function show(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), vscode.ViewColumn.One);
}

/** The position of a text in a document, plus `offset` characters. */
export function find(document: vscode.TextDocument, text: string, offset = 0): vscode.Position {
  const index = document.getText().indexOf(text);
  if (index < 0) throw new Error(`no '${text}' in ${document.uri.path}`);
  return document.positionAt(index + offset);
}

export function codes(uri: vscode.Uri): string[] {
  return vscode.languages.getDiagnostics(uri).map(({ code }) => String(typeof code === "object" ? code.value : code));
}

/** The first visible editor of a scheme whose path matches. */
export function visible(scheme: string, path: RegExp): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find(({ document: { uri } }) => uri.scheme === scheme && path.test(uri.path));
}

async function state(): Promise<string> {
  const found = vscode.languages.getDiagnostics().map(([uri]) => `${uri.path}: ${codes(uri).join(" ")}`);
  return `status ${JSON.stringify((await api()).status())}, diagnostics ${JSON.stringify(found)}`;
}
