// Real VS Code without a screen: code-server in a headless Chromium, on loopback only.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";

export interface Options {
  /** code-server's entry.js, which installs the extensions and serves the editor. */
  codeServer: string;
  chromium: string;
  /** Extensions to install, as .vsix. */
  extensions?: string[];
  /** The user's settings, added to those that keep the editor quiet. */
  settings?: Record<string, unknown>;
  /** Leave the workspace untrusted, as when it is opened for the first time. */
  untrusted?: boolean;
  env?: Record<string, string>;
  size?: { width: number; height: number };
}

const QUIET = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "security.workspace.trust.banner": "never",
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "window.commandCenter": false,
  "workbench.layoutControl.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};
const SIZE = { width: 1200, height: 620 };
// No gallery: by default, the editor asks one on the internet when it starts.
const NOWHERE = "http://127.0.0.1:9/";
const GALLERY = JSON.stringify({ serviceUrl: NOWHERE, itemUrl: NOWHERE, resourceUrlTemplate: NOWHERE });
const BROWSER = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export class Workbench {
  readonly page: Page;
  readonly address: string;
  /** Hosts, other than the editor's, that the page sent requests to. */
  readonly outside: Set<string>;
  private readonly browser: Browser;
  private readonly server: ChildProcess;
  private readonly folder: string;

  private constructor(page: Page, browser: Browser, server: ChildProcess, address: string, folder: string, outside: Set<string>) {
    this.page = page;
    this.browser = browser;
    this.server = server;
    this.address = address;
    this.folder = folder;
    this.outside = outside;
  }

  static async start(options: Options): Promise<Workbench> {
    const folder = mkdtempSync(path.join(tmpdir(), "tesc-e2e-"));
    // Settings that name programs are read from the machine where those run.
    for (const kind of ["User", "Machine"]) {
      const settings = path.join(folder, "data", kind, "settings.json");
      mkdirSync(path.dirname(settings), { recursive: true });
      writeFileSync(settings, JSON.stringify({ ...QUIET, ...options.settings }));
    }
    writeFileSync(path.join(folder, "config.yaml"), "bind-addr: 127.0.0.1:0\nauth: none\ncert: false\n");
    // As started in a terminal, the editor takes this environment: no login shell is asked for another.
    const env = { ...process.env, ...options.env, EXTENSIONS_GALLERY: GALLERY, VSCODE_CLI: "1" };
    for (const name of ["CONFIG", "DATA", "CACHE"]) Object.assign(env, { [`XDG_${name}_HOME`]: path.join(folder, name) });
    const args = [options.codeServer, "--config", path.join(folder, "config.yaml")];
    args.push("--user-data-dir", path.join(folder, "data"), "--extensions-dir", path.join(folder, "extensions"));
    args.push("--disable-telemetry", "--disable-update-check");
    for (const extension of options.extensions ?? []) await finish([...args, "--install-extension", extension], env);
    if (!options.untrusted) args.push("--disable-workspace-trust");
    const server = spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const address = await listening(server);
    const browser = await chromium.launch({ executablePath: options.chromium, args: BROWSER });
    // Without animations: a tenth of all the time here goes into drawing them.
    const page = await browser.newPage({ viewport: options.size ?? SIZE, reducedMotion: "reduce" });
    page.setDefaultTimeout(60_000);
    const outside = new Set<string>();
    await page.route(
      (url) => /^(https?|wss?):$/.test(url.protocol) && url.hostname !== "127.0.0.1",
      (route) => {
        outside.add(new URL(route.request().url()).hostname);
        return route.abort();
      },
    );
    return new Workbench(page, browser, server, address, folder, outside);
  }

  async close(): Promise<void> {
    await this.browser.close();
    const closed = new Promise((resolve) => this.server.once("close", resolve));
    process.kill(-this.server.pid!, "SIGTERM");
    await closed;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Let the page run a suite of tests in the extension host; gives its exit status when it is done. */
  async runSuite(workspace: string, extension: string, suite: string): Promise<number> {
    let done: (status: number) => void;
    const status = new Promise<number>((resolve) => (done = resolve));
    await this.page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => {
      if (process.env["TESC_E2E_VERBOSE"]) console.log(...args);
    });
    await this.page.exposeFunction("codeAutomationExit", (code: number) => done(code));
    // A released build takes tests only with this option of developers, and code-server has no flag for it.
    await this.page.addInitScript(() => {
      const read = Element.prototype.getAttribute;
      Element.prototype.getAttribute = function (name) {
        const value = read.call(this, name);
        if (name !== "data-settings" || this.id !== "vscode-workbench-web-configuration" || value === null) return value;
        const settings = JSON.parse(value);
        settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
        return JSON.stringify(settings);
      };
    });
    const remote = (file: string) => `vscode-remote://${new URL(this.address).host}${file}`;
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", remote(extension)],
      ["extensionTestsPath", remote(suite)],
    ]);
    await this.goto(workspace, payload);
    return status;
  }

  /** Open a file two levels down, as one does in the explorer: `heater/trace-events`. */
  async open(file: string): Promise<void> {
    const [folder, name] = file.split("/");
    const rows = this.page.locator(".explorer-viewlet .monaco-list-row");
    await rows.filter({ hasText: folder! }).first().click();
    await this.page.locator("[aria-level='2']", { hasText: name! }).first().dblclick();
    await this.page.locator(".view-line").first().waitFor();
  }

  /** Run a command from the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.page.keyboard.type(title);
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor({ timeout: 5000 });
    await this.page.keyboard.press("Enter");
  }

  /** The status bar's item of the extension. */
  status(): Locator {
    return this.page.locator("[id='tesc.tesc.tesc.status']");
  }

  async goto(workspace: string, payload = ""): Promise<void> {
    const query = new URLSearchParams({ folder: workspace });
    if (payload) query.set("payload", payload);
    await this.page.goto(`${this.address}/?${query}`);
  }
}

function finish(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(" ")}: status ${code}`))));
  });
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    const read = (data: Buffer) => {
      log += data;
      const address = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address) resolve(address);
    };
    server.stdout!.on("data", read);
    server.stderr!.on("data", read);
    server.once("exit", (code) => reject(new Error(`code-server ended with ${code}:\n${log}`)));
    setTimeout(() => reject(new Error(`code-server does not listen:\n${log}`)), 60_000).unref();
  });
}

/** How long the attempts of `insist` may wait for an effect, in milliseconds: most come at once, or never. */
const PATIENCE = [1500, 3000, 5000, 5000, 5000];

/** Do again what the window did not react to, as a person would: while it is busy, a menu may close again. */
export async function insist(page: Page, act: (patience: number) => Promise<void>): Promise<void> {
  for (const [at, patience] of PATIENCE.entries()) {
    try {
      return await act(patience);
    } catch (error) {
      if (at + 1 === PATIENCE.length) throw error;
      await page.keyboard.press("Escape");
    }
  }
}
