/** What is shown when the code of the page cannot be loaded: the document has the words, and this the button behind them. */

import { CLOSE_TO_LEAVE, CLOSE_TO_RETRY } from "../connection/closecodes.js";
import { byId } from "../ui/dom.js";

/** @import {Arrival} from "./arrival.js" */

/** @param {Pick<Arrival, "identity" | "early">} arrival which ends then: a place that was had before waits for the reload */
export function watchLoading({ identity, early }) {
  const failed = async (/** @type {Event} */ { target }) => {
    if (!(target instanceof HTMLScriptElement) || target.type !== "module") return;
    removeEventListener("error", failed, true);
    byId("connection", HTMLElement).hidden = true;
    byId("closed", HTMLElement).hidden = false;
    byId("rejoin", HTMLButtonElement).addEventListener("click", () => location.reload());
    early.take().socket.close((await identity) ? CLOSE_TO_RETRY : CLOSE_TO_LEAVE);
  };
  addEventListener("error", failed, true);
}
