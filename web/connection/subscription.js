/** The `subscribe` message of this window (docs/PROTOCOL.md): one definition for the page and for what runs before it. */

/** @import {Subscribe} from "../types/messages.js" */

/** Features of the server, of those in `welcome.features`, that the page takes. */
export const TAKES = Object.freeze(["roster_changes", "pointers"]);

/**
 * @param {object} peer
 * @param {string} peer.sessionId
 * @param {string} peer.displayName empty: none
 * @param {readonly string[]} [peer.takes] features of the server that this client takes
 * @param {string} [peer.token] the join token; empty: the link had none
 * @param {string | null} [peer.peerId] the place to come back to
 * @param {string} [peer.resumeToken] proves `peerId`
 * @param {number} [peer.received] messages had since the latest `peer_assigned`; absent: none of an earlier connection
 * @returns {Subscribe}
 */
export function subscription({ sessionId, displayName, takes = [], token, peerId, resumeToken = "", received }) {
  /** @type {Subscribe} */
  const message = { type: "subscribe", session_id: sessionId };
  if (takes.length > 0) message.features = [...takes];
  if (displayName) message.display_name = displayName;
  if (token) message.token = token;
  if (peerId) {
    message.peer_id = peerId;
    message.resume_token = resumeToken;
    if (received !== undefined) message.received = received;
  }
  return message;
}
