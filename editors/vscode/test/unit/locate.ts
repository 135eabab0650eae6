// Where the extension looks for tesc, and what it never runs.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { candidates, locate, type Surroundings } from "../../src/locate";

const root = mkdtempSync(path.join(tmpdir(), "tesc-locate-"));
const folder = path.join(root, "folder");
const ran = path.join(root, "ran");

/** A program that leaves a file behind when it runs. */
function program(file: string, output = "tesc 1.2.3"): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "$0" >>'${ran}'\necho '${output}'\n`);
  chmodSync(file, 0o755);
  return file;
}

function around(changes: Partial<Surroundings> = {}): Surroundings {
  const plain = { configured: "", folders: [folder], trusted: true, env: { PATH: `${root}/bin:relative` } };
  return { ...plain, home: path.join(root, "home"), windows: false, bundled: path.join(root, "server"), ...changes };
}

const inVenv = program(path.join(folder, "venv/bin/tesc"));
const onPath = program(path.join(root, "bin/tesc"));
const elsewhere = program(path.join(root, "home/tools/tesc"));
const other = program(path.join(root, "bin/other"), "other 1");

async function fileOf(where: Surroundings): Promise<string> {
  const found = await locate(where);
  return "version" in found ? `${found.origin} ${found.file} ${found.version}` : `none ${found.reason}`;
}

test("the workspace's environment takes precedence over PATH, and .venv over venv", async () => {
  assert.equal(await fileOf(around()), `environment ${inVenv} 1.2.3`);
  const hidden = program(path.join(root, "both/.venv/bin/tesc"));
  program(path.join(root, "both/venv/bin/tesc"));
  assert.equal(await fileOf(around({ folders: [folder, path.join(root, "both")] })), `environment ${inVenv} 1.2.3`);
  assert.equal(await fileOf(around({ folders: [path.join(root, "both")] })), `environment ${hidden} 1.2.3`);
});

test("PATH is the last resort, and its relative entries are ignored", async () => {
  assert.equal(await fileOf(around({ folders: [] })), `path ${onPath} 1.2.3`);
  assert.equal(await fileOf(around({ folders: [], env: { PATH: "relative:." } })), "none ");
  assert.equal(await fileOf(around({ folders: [], env: {} })), "none ");
});

test("the setting overrides everything else", async () => {
  assert.equal(await fileOf(around({ configured: elsewhere })), `setting ${elsewhere} 1.2.3`);
  assert.equal(await fileOf(around({ configured: "~/tools/tesc" })), `setting ${elsewhere} 1.2.3`);
  assert.equal(await fileOf(around({ configured: "venv/bin/tesc" })), `setting ${inVenv} 1.2.3`);
  assert.equal(await fileOf(around({ configured: "${workspaceFolder}/venv/bin/tesc" })), `setting ${inVenv} 1.2.3`);
  assert.equal(await fileOf(around({ configured: "tesc" })), `setting ${onPath} 1.2.3`);
  assert.equal(await fileOf(around({ configured: "/nowhere/tesc" })), "none there is no such file");
  assert.equal(await fileOf(around({ configured: "other" })), `none ${other}: it is not tesc`);
});

test("a broken environment does not hide a tesc that works", async () => {
  const broken = path.join(root, "broken");
  program(path.join(broken, ".venv/bin/tesc"), "Traceback");
  assert.equal(await fileOf(around({ folders: [broken] })), `path ${onPath} 1.2.3`);
});

test("nothing from an untrusted workspace runs", async () => {
  const untrusted = { trusted: false };
  const linked = path.join(root, "links/tesc");
  mkdirSync(path.dirname(linked));
  symlinkSync(inVenv, linked);
  symlinkSync(folder, path.join(root, "folder-link"));
  writeFileSync(ran, "");
  assert.equal(await fileOf(around(untrusted)), `path ${onPath} 1.2.3`);
  for (const configured of [inVenv, "venv/bin/tesc", linked, path.join(root, "folder-link/venv/bin/tesc")]) {
    const missing = await locate(around({ ...untrusted, configured }));
    assert.ok("refused" in missing && missing.refused.length === 1, configured);
  }
  const activated = { PATH: path.join(folder, "venv/bin") };
  assert.deepEqual(await locate(around({ ...untrusted, env: activated })), {
    configured: "",
    reason: "",
    refused: [inVenv, inVenv],
  });
  assert.equal(readFileSync(ran, "utf8"), `${onPath}\n`);
});

test("on Windows, scripts are elsewhere and end in .exe", () => {
  const where = around({ windows: true, env: {} });
  assert.deepEqual(
    candidates(where).map(({ file }) => path.relative(folder, file)),
    [".venv/Scripts/tesc.exe", "venv/Scripts/tesc.exe"],
  );
  assert.ok(existsSync(ran));
});

test("the extension's own tesc comes last, and is isolated from the user's Python packages", async () => {
  const bundled = path.join(root, "server");
  const python = program(path.join(root, "pythons/python3"));
  const env = { PATH: path.join(root, "pythons") };
  assert.equal(await fileOf(around({ folders: [], env })), "none ");
  program(path.join(bundled, "__main__.py"));
  const found = await locate(around({ folders: [], env }));
  assert.ok("version" in found);
  assert.deepEqual([found.origin, found.file, found.args], ["bundled", python, ["-I", bundled]]);
  const all = candidates(around({ env: { PATH: `${root}/bin:${root}/pythons` } }));
  assert.deepEqual(all.map(({ origin }) => origin), ["environment", "environment", "path", "bundled"]);
  assert.deepEqual(candidates(around({ configured: "~/tools/tesc", env })).map(({ origin }) => origin), ["setting"]);
});

test("on Windows, python.exe or the launcher runs it", () => {
  const folder = path.join(root, "windows");
  for (const name of ["python.exe", "py.exe", "python3"]) program(path.join(folder, name));
  const found = candidates(around({ folders: [], windows: true, env: { Path: folder } }));
  assert.deepEqual(found.map(({ file }) => path.basename(file)), ["python.exe", "py.exe"]);
});
