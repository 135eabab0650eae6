// Documents whose text comes from the server: a flattened file, generated code, a rule's page.
import * as vscode from "vscode";
import type { Server } from "./server";
import { LANGUAGE } from "./selectors";

const SCHEME = "tesc";
const DELAY = 300; // ms, from the last edit to the new text

/** What a view shows, encoded in the query of its URI. */
type Shown =
  | { kind: "flat"; source: string }
  | { kind: "generated"; source: string; event: string | null; backends: string; format: string }
  | { kind: "page"; code: string };

export interface Generated {
  text: string;
  languageId: string;
  /** Where the event is, from 0. */
  line: number | null;
}

export function pageOf(code: string): vscode.Uri {
  return view(`/${code}.md`, { kind: "page", code });
}

export function flatOf(source: vscode.Uri): vscode.Uri {
  return view(`${source.path} [flat]`, { kind: "flat", source: source.toString() });
}

export function generatedOf(source: vscode.Uri, event: string | null, backends: string, format: string): vscode.Uri {
  const title = `${source.path} [${format}: ${backends}]`;
  return view(title, { kind: "generated", source: source.toString(), event, backends, format });
}

function view(path: string, shown: Shown): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: path.startsWith("/") ? path : `/${path}`, query: JSON.stringify(shown) });
}

function shownBy(uri: vscode.Uri): Shown {
  return JSON.parse(uri.query) as Shown;
}

export class Views implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === LANGUAGE && document.uri.scheme !== SCHEME) this.refreshSoon();
      }),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const shown = shownBy(uri);
    if (shown.kind === "page") return this.server.execute<string>("tesc.explain", shown.code);
    if (shown.kind === "flat") return this.server.execute<string>("tesc.flatten", shown.source);
    return (await this.generate(uri)).text;
  }

  /** The code in a view, and the event's line. */
  generate(uri: vscode.Uri): Promise<Generated> {
    const shown = JSON.parse(uri.query) as Extract<Shown, { kind: "generated" }>;
    return this.server.execute<Generated>("tesc.generate", shown.source, shown.event, shown.backends, shown.format);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  // An edit in one file may change the view of another file that includes it.
  private refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const { uri } of vscode.workspace.textDocuments) {
        if (uri.scheme === SCHEME && shownBy(uri).kind !== "page") this.changed.fire(uri);
      }
    }, DELAY);
  }
}

/** Show a view next to the active editor, in its language, at a line. */
export async function showBeside(uri: vscode.Uri, language: string, line: number | null = null): Promise<void> {
  const opened = await vscode.workspace.openTextDocument(uri);
  const document = await vscode.languages.setTextDocumentLanguage(opened, await known(language));
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
  if (line === null) return;
  const range = document.lineAt(Math.min(line, document.lineCount - 1)).range;
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
}

async function known(language: string): Promise<string> {
  return (await vscode.languages.getLanguages()).includes(language) ? language : "plaintext";
}
