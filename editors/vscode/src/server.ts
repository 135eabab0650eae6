// The language server's life cycle: find, start, stop, find again.
import { homedir } from "node:os";
import * as vscode from "vscode";
import { ExecuteCommandRequest, LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { linkToPages } from "./explain";
import { locate, type Found, type Missing } from "./locate";
import { Restarts } from "./restarts";
import { ALL, keepToEvents } from "./selectors";
import { configuredPath, serverSettings, withoutOwn } from "./settings";

export type Status =
  | { kind: "off" } // not looked for yet, stopped, or no folder is on disk
  | { kind: "starting" }
  | { kind: "running"; found: Found }
  | { kind: "missing"; missing: Missing }
  | { kind: "failed"; found: Found; reason: string };

export class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("tesc", { log: true });
  private readonly changed = new vscode.EventEmitter<Status>();
  readonly onDidChange = this.changed.event;
  private current: Status = { kind: "off" };
  private client: LanguageClient | undefined;
  constructor(private readonly bundled: string) {}

  // Each start or stop waits for the one before.
  private queue: Promise<void> = Promise.resolve();

  get status(): Status {
    return this.current;
  }

  start(): Promise<void> {
    return this.afterwards(async () => {
      if (this.client === undefined) await this.begin();
    });
  }

  restart(): Promise<void> {
    return this.afterwards(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.afterwards(async () => {
      await this.end();
      this.set({ kind: "off" });
    });
  }

  private afterwards(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error: unknown) => this.log.error(String(error)));
    return this.queue;
  }

  /** The result of a command of the server; throws if the server is not running. */
  async execute<T>(command: string, ...args: unknown[]): Promise<T> {
    await this.queue;
    if (this.client?.state !== State.Running) throw new Error("tesc is not running");
    return (await this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args })) as T;
  }

  get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
    return this.client?.protocol2CodeConverter;
  }

  dispose(): void {
    this.changed.dispose();
    this.log.dispose();
  }

  private set(status: Status): void {
    this.current = status;
    this.changed.fire(status);
  }

  private async begin(): Promise<void> {
    if (isVirtual()) {
      this.set({ kind: "off" });
      return;
    }
    this.set({ kind: "starting" });
    const found = await locate({
      configured: configuredPath(),
      folders: diskFolders(),
      trusted: vscode.workspace.isTrusted,
      env: process.env,
      home: homedir(),
      windows: process.platform === "win32",
      bundled: this.bundled,
    });
    if ("reason" in found) {
      this.log.warn(`tesc was not found. ${found.reason}`);
      this.set({ kind: "missing", missing: found });
      return;
    }
    this.log.info(`tesc ${found.version}: ${found.file}`);
    await this.run(found);
  }

  private async run(found: Found): Promise<void> {
    const restarts = new Restarts();
    const client = new QuietClient(
      "tesc",
      "tesc",
      { command: found.file, args: [...found.args, "lsp"], options: { cwd: diskFolders()[0] ?? homedir() } },
      { ...clientOptions(this.log), errorHandler: restarts },
    );
    keepToEvents(client);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return; // stopped on purpose
      restarts.ran ||= newState === State.Running;
      if (newState === State.Running) this.set({ kind: "running", found });
      else if (newState === State.Starting || restarts.gaveUp === undefined) this.set({ kind: "starting" });
      else this.set({ kind: "failed", found, reason: restarts.gaveUp });
    });
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.log.error(`${found.file} lsp: ${error instanceof Error ? error.message : String(error)}`);
      this.set({ kind: "failed", found, reason: restarts.gaveUp ?? "it did not start" });
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose(3000);
    } catch {
      // It had already ended.
    }
  }
}

/** A client without the library's pop-ups: this extension reports each failure once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function clientOptions(log: vscode.LogOutputChannel): LanguageClientOptions {
  return {
    documentSelector: ALL,
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      ...serverSettings(),
      clientCommands: ["tesc.explainRule", "tesc.showReferences"],
      trusted: vscode.workspace.isTrusted, // if not, the server does not run git
    },
    initializationFailedHandler: () => false,
    // The server registers for changes of files and settings itself.
    middleware: {
      workspace: {
        configuration: async (params, token, next) => {
          const answer = await next(params, token);
          return Array.isArray(answer) ? answer.map((item: object | null) => item && withoutOwn(item)) : answer;
        },
      },
      ...linkToPages,
    },
  };
}

function diskFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter((folder) => folder.uri.scheme === "file").map((folder) => folder.uri.fsPath);
}

function isVirtual(): boolean {
  return (vscode.workspace.workspaceFolders?.length ?? 0) > 0 && diskFolders().length === 0;
}
