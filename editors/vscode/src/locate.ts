// Finding tesc: the one in the setting, else in the workspace's virtual environments, else on PATH, else the
// bundled one. This module does not use VS Code, so that it can be tested without it.
import { execFile } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import * as path from "node:path";

export type Origin = "setting" | "environment" | "path" | "bundled";

export interface Candidate {
  file: string;
  /** Arguments before tesc's own. */
  args: string[];
  origin: Origin;
}

export interface Found extends Candidate {
  version: string;
}

/** Why tesc was not found: `refused` are files of a workspace that is not trusted. */
export interface Missing {
  configured: string;
  reason: string;
  refused: string[];
}

export interface Surroundings {
  /** The setting, empty if not set. */
  configured: string;
  /** The workspace's folders. */
  folders: string[];
  trusted: boolean;
  env: Record<string, string | undefined>;
  home: string;
  windows: boolean;
  /** The folder of the bundled tesc, which runs with any Python from 3.9 on. */
  bundled: string;
}

/** The first candidate whose `--version` is tesc's. */
export async function locate(where: Surroundings): Promise<Found | Missing> {
  const refused: string[] = [];
  let reason = "";
  for (const candidate of candidates(where)) {
    if (!isFile(candidate.file)) {
      if (candidate.origin === "setting") reason = "there is no such file";
      continue;
    }
    if (!where.trusted && isWithin(candidate.file, where.folders)) {
      refused.push(candidate.file);
      continue;
    }
    const answer = await askVersion(candidate, where.home);
    if ("version" in answer) return { ...candidate, version: answer.version };
    reason = `${candidate.file}: ${answer.reason}`;
  }
  return { configured: where.configured, reason, refused };
}

/** The files that may be tesc, the best first; with the setting, only the file that it names. */
export function candidates(where: Surroundings): Candidate[] {
  if (where.configured !== "") return fromSetting(where);
  const name = where.windows ? "tesc.exe" : "tesc";
  const scripts = where.windows ? "Scripts" : "bin";
  const found: Candidate[] = [];
  for (const folder of where.folders) {
    for (const environment of [".venv", "venv"]) {
      found.push({ file: path.join(folder, environment, scripts, name), args: [], origin: "environment" });
    }
  }
  for (const file of onPath(name, where.env)) found.push({ file, args: [], origin: "path" });
  // -I: Python imports nothing from the user's environment or the open folder.
  if (!isFile(path.join(where.bundled, "__main__.py"))) return found;
  for (const python of where.windows ? ["python.exe", "py.exe"] : ["python3"]) {
    for (const file of onPath(python, where.env)) found.push({ file, args: ["-I", where.bundled], origin: "bundled" });
  }
  return found;
}

function fromSetting(where: Surroundings): Candidate[] {
  const root = where.folders[0];
  let file = where.configured.replace(/^~(?=$|[\\/])/, () => where.home);
  if (root !== undefined) file = file.replaceAll("${workspaceFolder}", () => root);
  if (!/[\\/]/.test(file)) {
    const name = where.windows && path.extname(file) === "" ? `${file}.exe` : file;
    return onPath(name, where.env).map((found) => ({ file: found, args: [], origin: "setting" }));
  }
  return [{ file: path.resolve(root ?? where.home, file), args: [], origin: "setting" }];
}

// A relative entry would be a folder in the open workspace.
function onPath(name: string, env: Surroundings["env"]): string[] {
  const value = env["PATH"] ?? env["Path"] ?? "";
  return value
    .split(path.delimiter)
    .filter((entry) => path.isAbsolute(entry))
    .map((entry) => path.join(entry, name))
    .filter(isFile);
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

// Whether the file, or its link target, is in one of the folders.
function isWithin(file: string, folders: string[]): boolean {
  return folders.some((folder) => [file, realpathSync(file)].some((one) => under(one, folder) || under(one, real(folder))));
}

function under(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== "" && way.split(path.sep)[0] !== ".." && !path.isAbsolute(way);
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function askVersion({ file, args }: Candidate, cwd: string): Promise<{ version: string } | { reason: string }> {
  return new Promise((resolve) => {
    execFile(file, [...args, "--version"], { cwd, timeout: 20_000, windowsHide: true }, (error, stdout) => {
      const version = /^tesc (\S+)/.exec(stdout)?.[1];
      if (error) resolve({ reason: error.killed ? "no answer to --version" : firstLine(error.message) });
      else if (version === undefined) resolve({ reason: "it is not tesc" });
      else resolve({ version });
    });
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
