/**
 * What is shown when the code of the page cannot be loaded, or cannot begin (it came garbled, or this browser does not know
 * its language): the document has the words, and this the button behind them.
 */

import { CLOSE_TO_LEAVE, CLOSE_TO_RETRY } from "../connection/closecodes.js";
import { BASE } from "../lib/site.js";
import { byId } from "../ui/dom.js";

/** @import {Arrival} from "./arrival.js" */

/**
 * @param {Pick<Arrival, "identity" | "early">} arrival which ends then: a place that was had before waits for the reload
 * @param {() => boolean} isAwaited the code has not begun
 */
export function watchLoading({ identity, early }, isAwaited) {
  const failed = async (/** @type {Event} */ event) => {
    if (!isAwaited() || !isOfCode(event)) return;
    removeEventListener("error", failed, true);
    byId("connection", HTMLElement).hidden = true;
    byId("closed", HTMLElement).hidden = false;
    byId("rejoin", HTMLButtonElement).addEventListener("click", () => location.reload());
    early.take().socket.close((await identity) ? CLOSE_TO_RETRY : CLOSE_TO_LEAVE);
  };
  addEventListener("error", failed, true);
  // Who loads the page again because it is slow leaves nobody behind: no later page of this window knows the new place.
  let isNew = false;
  void identity.then((known) => (isNew = known === null));
  addEventListener("pagehide", () => {
    if (isNew && isAwaited()) early.take().socket.close(CLOSE_TO_LEAVE);
  });
}

/**
 * @param {Event} event an error
 * @returns {boolean} whether the code was not loaded, or threw; what extensions of the browser throw here is not ours
 */
function isOfCode(event) {
  const { target } = event;
  if (target instanceof HTMLScriptElement) return target.type === "module";
  return event instanceof ErrorEvent && event.filename.startsWith(location.origin + BASE);
}
