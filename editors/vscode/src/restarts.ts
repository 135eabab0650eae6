// What to do when the server ends by itself: restart it, unless it never ran or ends too often.
import { CloseAction, ErrorAction, type CloseHandlerResult, type ErrorHandler, type ErrorHandlerResult, type Message } from "vscode-languageclient/node";

const MOST = 4;
const WITHIN = 3 * 60 * 1000; // ms

/** `handled` in a result means that this extension reports the error, so the client shows no pop-up of its own. */
export class Restarts implements ErrorHandler {
  /** Whether the server has been ready. */
  ran = false;
  /** Why the server is not started again. */
  gaveUp: string | undefined;
  private ends: number[] = [];

  /** `count` says how many messages in a row could not be written; undefined if a message could not be read. */
  error(_error: Error, _message: Message | undefined, count: number | undefined): ErrorHandlerResult {
    // The client may write to a dead server many times before it notices. Then `closed` restarts the server; shutting
    // down here would prevent that.
    if (count !== undefined) return { action: ErrorAction.Continue, handled: true };
    this.gaveUp ??= "what it sends cannot be read";
    return { action: ErrorAction.Shutdown, handled: true };
  }

  closed(): CloseHandlerResult {
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    if (!this.ran) this.gaveUp ??= "it ended at once";
    else if (this.ends.length > MOST) this.gaveUp ??= "it ends again and again";
    return { action: this.gaveUp === undefined ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
  }
}
