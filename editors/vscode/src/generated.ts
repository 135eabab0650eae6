// The code generated for an event, next to its declaration.
import * as vscode from "vscode";
import type { Server } from "./server";
import { generatedOf, showBeside, type Views } from "./views";

/** The user's last choice. */
interface Choice {
  backends: string[];
  format: string;
}

interface Outputs {
  backends: string[];
  formats: string[];
}

const KEY = "tesc.generated";

/** Show a file's generated code at the event under the cursor; asks for backends and format if not given. */
export async function showGenerated(
  server: Server,
  views: Views,
  memory: vscode.Memento,
  editor: vscode.TextEditor,
  told?: Choice,
): Promise<void> {
  const choice = told ?? (await choose(await server.execute<Outputs>("tesc.outputs"), memory));
  if (choice === undefined) return;
  const { document, selection } = editor;
  const event = eventOf(document.lineAt(selection.active.line).text);
  const uri = generatedOf(document.uri, event, choice.backends.join(","), choice.format);
  const { languageId, line } = await views.generate(uri);
  await showBeside(uri, languageId, line);
}

async function choose(outputs: Outputs, memory: vscode.Memento): Promise<Choice | undefined> {
  const last = memory.get<Choice>(KEY, { backends: ["log"], format: "h" });
  const backends = await vscode.window.showQuickPick(
    outputs.backends.map((label) => ({ label, picked: last.backends.includes(label) })),
    { title: "Generated code: backends", placeHolder: "The tracers", canPickMany: true },
  );
  if (backends === undefined || backends.length === 0) return undefined;
  // The last choice comes first, so that Enter repeats it.
  const formats = [...outputs.formats].sort((a, b) => Number(b === last.format) - Number(a === last.format));
  const format = await vscode.window.showQuickPick(formats, {
    title: "Generated code: format",
    placeHolder: "The kind of file",
  });
  if (format === undefined) return undefined;
  const choice = { backends: backends.map(({ label }) => label), format };
  await memory.update(KEY, choice);
  return choice;
}

/** The name of the event that a line declares, as written. */
export function eventOf(line: string): string | null {
  return /^[ \t]*(?:\w+[ \t]+)*(\w+)[ \t]*\(/.exec(line)?.[1] ?? null;
}
