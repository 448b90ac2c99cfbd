/** The `subscribe` message of this window (docs/PROTOCOL.md): one definition for the page and for what runs before it. */

/** @import {Subscribe} from "../types/messages.js" */

/**
 * @param {object} peer
 * @param {string} peer.sessionId
 * @param {string} peer.displayName empty: none
 * @param {string} [peer.token] the join token; empty: the link had none
 * @param {string | null} [peer.peerId] the place to come back to
 * @param {string} [peer.resumeToken] proves `peerId`
 * @param {number} [peer.received] messages had since the latest `peer_assigned`; absent: none of an earlier connection
 * @returns {Subscribe}
 */
export function subscription({ sessionId, displayName, token, peerId, resumeToken = "", received }) {
  /** @type {Subscribe} */
  const message = { type: "subscribe", session_id: sessionId };
  if (displayName) message.display_name = displayName;
  if (token) message.token = token;
  if (peerId) {
    message.peer_id = peerId;
    message.resume_token = resumeToken;
    if (received !== undefined) message.received = received;
  }
  return message;
}
