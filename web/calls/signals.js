/** Signals of a negotiation, as the messages that carry them. */

/** @import {Answer, IceCandidate, Offer} from "../types/messages.js" */
/** @import {Signal} from "./negotiation.js" */

/**
 * @param {Signal} signal
 * @param {string} peerId that it is for
 * @param {string} callId of the call it belongs to (rule SIG8)
 * @returns {Offer | Answer | IceCandidate | null} `null`: there is nothing to send
 */
export function messageOf(signal, peerId, callId) {
  const common = { target_peer_id: peerId, call_id: callId };
  if ("description" in signal) {
    const { type, sdp } = signal.description;
    const named = signal.offerId ? { offer_id: signal.offerId } : {};
    return type === "offer" || type === "answer" ? { type, ...common, sdp, ...named } : null;
  }
  const { candidate = "", sdpMid, sdpMLineIndex, usernameFragment } = signal.candidate;
  /** @type {IceCandidate} */
  const message = { type: "ice_candidate", ...common, candidate };
  if (sdpMid != null) message.sdp_mid = sdpMid;
  if (sdpMLineIndex != null) message.sdp_m_line_index = sdpMLineIndex;
  if (usernameFragment) message.username_fragment = usernameFragment;
  return message;
}
