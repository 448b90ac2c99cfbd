/**
 * Arrival of a window at a session: who it is, the join token of its link, and a socket that is opened meanwhile.
 *
 * The document carries this as a script of its own (web/boot.js), so that the server's answer is there when the code of the
 * page is (rule DOR5, docs/adr/0034). That code takes the arrival over, or makes it where no such script has run.
 */

import { EarlySocket } from "../connection/earlysocket.js";
import { recallIdentity } from "../connection/identity.js";
import { takeInvitation } from "../connection/invitation.js";
import { joinTokenOf } from "../connection/jointoken.js";
import { subscription, TAKES } from "../connection/subscription.js";
import { keepPage } from "../ui/dropped.js";
import { EarlyPresses } from "./earlypresses.js";
import { firstName, sessionOfAddress, webSocketUrl } from "./page.js";
import { watchLoading } from "./unloaded.js";

/** @import {Identity} from "../connection/identity.js" */

/**
 * @typedef {object} Arrival
 * @property {string} sessionId
 * @property {string} displayName
 * @property {string} token the join token; empty: the link had none
 * @property {Promise<Identity | null>} identity of this window before it was reloaded
 * @property {EarlySocket} early
 * @property {EarlyPresses} presses
 */

/** Where on the window an arrival waits for the page, which has it taken off at once: it holds credentials. */
const PLACE = Symbol.for("canvas-server.arrival");
const page = /** @type {{[PLACE]?: Arrival | null}} */ (/** @type {unknown} */ (globalThis));
let isTaken = false;

/** Arrive, ahead of the page. */
export function arriveEarly() {
  if (isTaken) return;
  const arrival = arrive();
  page[PLACE] = arrival;
  if (arrival) watchLoading(arrival, () => page[PLACE] === arrival);
}

/** @returns {Arrival | null} `null`: the address names no session */
export function takeArrival() {
  const early = page[PLACE];
  delete page[PLACE];
  isTaken = true;
  return early ?? arrive();
}

/** @returns {Arrival | null} */
function arrive() {
  takeInvitation();
  keepPage();
  const sessionId = sessionOfAddress();
  if (!sessionId) return null;
  const early = new EarlySocket(webSocketUrl());
  const [token, displayName] = [joinTokenOf(sessionId), firstName()];
  const identity = recallIdentity(sessionId);
  void identity.then((known) => {
    const place = { peerId: known?.peerId, resumeToken: known?.token };
    early.subscribe(subscription({ sessionId, displayName, takes: TAKES, token, ...place }));
  });
  return { sessionId, displayName, token, identity, early, presses: new EarlyPresses() };
}
