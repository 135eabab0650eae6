// What to do when the server ends by itself: restart it, unless it never ran or ends too often.
import { CloseAction, ErrorAction, type CloseHandlerResult, type ErrorHandler, type ErrorHandlerResult, type Message } from "vscode-languageclient/node";

const MOST = 4;
const WITHIN = 3 * 60 * 1000; // ms

/** `handled` in its answers means that this extension reports it, and the client shows no pop-ups. */
export class Restarts implements ErrorHandler {
  /** Whether the server has been ready. */
  ran = false;
  gaveUp = false;
  private ends: number[] = [];

  error(_error: Error, _message: Message | undefined, count: number | undefined): ErrorHandlerResult {
    return { action: count !== undefined && count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true };
  }

  closed(): CloseHandlerResult {
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    this.gaveUp = !this.ran || this.ends.length > MOST;
    return { action: this.gaveUp ? CloseAction.DoNotRestart : CloseAction.Restart, handled: true };
  }
}
