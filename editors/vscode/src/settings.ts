// The settings of the section `tesc`, and those of them that are for the server.
import * as vscode from "vscode";

export const SECTION = "tesc";

/** Settings of the extension; all others are the server's. */
const OWN = ["path", "trace"];

export function configuredPath(): string {
  return vscode.workspace.getConfiguration(SECTION).get<string>("path", "").trim();
}

/** The section as sent to the server. */
export function serverSettings(): Record<string, unknown> {
  return withoutOwn(vscode.workspace.getConfiguration(SECTION));
}

export function withoutOwn(section: object): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(section)) as Record<string, unknown>;
  for (const key of OWN) delete plain[key];
  return plain;
}
