// The extension in an untrusted workspace that contains its own programs and settings. In the end it is trusted,
// and contains neither.
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import * as vscode from "vscode";
import { api, at, codes, show, until, type Tests } from "./help";

/** What the workspace's programs leave behind when they run. */
const ran = () => at("ran").fsPath;
const file = () => at("heater", "trace-events");

export const tests: Tests = {
  "the tesc on PATH checks, and nothing from the workspace runs": async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { status } = await api();
    const running = await until("a server", () => (status().kind === "running" ? status() : null));
    assert.ok(running.kind === "running");
    assert.equal(running.found.origin, "path");
    await show(file());
    await until("diagnostics", () => codes(file()).includes("TE302"));
    await vscode.commands.executeCommand("tesc.restart");
    assert.equal(status().kind, "running");
    assert.equal(existsSync(ran()), false);
  },

  "with trust, the workspace's own tesc runs": async () => {
    const { status } = await api();
    void vscode.commands.executeCommand("workbench.trust.manage");
    await until("trust", () => vscode.workspace.isTrusted);
    const running = await until("the other server", () => {
      const now = status();
      return now.kind === "running" && now.found.origin === "setting" ? now : null;
    });
    assert.ok(running.kind === "running");
    assert.equal(running.found.file, at("tools", "tesc").fsPath);
    assert.equal(existsSync(ran()), true);
    await show(file());
    await until("diagnostics", () => codes(file()).includes("TE302"));
  },

  "without the setting, its virtual environment's runs, and without that the one on PATH": async () => {
    const { status } = await api();
    const origin = () => {
      const now = status();
      return now.kind === "running" ? now.found.origin : null;
    };
    await vscode.workspace.getConfiguration("tesc").update("path", undefined, vscode.ConfigurationTarget.Workspace);
    await until("the environment's server", () => origin() === "environment");
    rmSync(at(".venv").fsPath, { recursive: true });
    await vscode.commands.executeCommand("tesc.restart");
    await until("the server on PATH", () => origin() === "path");
  },
};
