/**
 * Invitation of a short link, `/i/<code>` (rules LNK1, LNK2): the server writes the session and the join token into the
 * document, so that a short link costs no round trip more than a long one. They are in no address, and are taken out of
 * the document before anything else happens; the address becomes that of the session.
 */

import { sitePath } from "../lib/site.js";

/** @type {{sessionId: string, token: string} | null} */
let invitation = null;

/** Take the invitation out of the document, where it has one. */
export function takeInvitation() {
  const meta = document.querySelector("meta[name=invitation]");
  if (!meta) return;
  meta.remove();
  const [sessionId = "", token = ""] = (meta.getAttribute("content") ?? "").split(" ");
  invitation = { sessionId, token };
  history.replaceState(history.state, "", sitePath(`s/${sessionId}`) + location.search);
}

/**
 * @param {string} sessionId
 * @returns {string} the token that the document brought for a session; empty: none
 */
export function invitationTo(sessionId) {
  return invitation?.sessionId === sessionId ? invitation.token : "";
}
