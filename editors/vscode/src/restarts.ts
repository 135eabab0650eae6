// What is done when the server ends by itself: it is started again, unless it never ran or ends too often.
import { CloseAction, ErrorAction, type CloseHandlerResult, type ErrorHandler, type ErrorHandlerResult, type Message } from "vscode-languageclient/node";

const MOST = 4;
const WITHIN = 3 * 60 * 1000; // ms

/** `handled` in its answers means that this extension tells of it, not the client's own pop-ups. */
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
