/** Takes each server message to the part of the page it concerns. */

import { iceServersOf } from "../calls/ice.js";
import { unreachable } from "../lib/unreachable.js";

/** @import {Board} from "./board.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {SignalingManager, SignalNames} from "../signaling.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Error as ErrorMessage, RelayIceCandidate, PeerAssigned, ServerMessage} from "../types/messages.js" */

/**
 * @typedef {object} Parts
 * @property {Roster} roster
 * @property {SignalingManager} signaling
 * @property {Board} board
 * @property {(message: PeerAssigned) => void} assigned
 * @property {Diagnoses} diagnoses
 * @property {(message: ErrorMessage) => void} refused
 */

/**
 * @param {Parts} parts
 * @param {ServerMessage} message
 */
export function dispatch({ roster, signaling, board, assigned, diagnoses, refused }, message) {
  if (board.receive(message)) return;
  switch (message.type) {
    case "peer_assigned":
      return assigned(message);
    case "peer_list":
      roster.replace(message, signaling.calls.map(({ peerId }) => peerId));
      return signaling.handlePeers(message.peers, true);
    case "peer_joined":
    case "peer_updated":
      roster.put(message.peer);
      return signaling.handlePeers([message.peer]);
    case "peer_left":
      signaling.handlePeerLeft(message.peer_id);
      return roster.remove(message.peer_id);
    case "media_state":
      return roster.mediaState(message);
    case "incoming_call":
      return signaling.handleIncomingCall(message.from_peer_id, message.session_id, namesOf(message));
    case "relay_offer":
      return signaling.handleOffer(message.from_peer_id, message.sdp, namesOf(message));
    case "relay_answer":
      return signaling.handleAnswer(message.from_peer_id, message.sdp, namesOf(message));
    case "relay_ice_candidate":
      return signaling.handleIceCandidate(
        message.from_peer_id,
        candidateInit(message),
        namesOf(message),
      );
    case "call_ended":
      return signaling.handleCallEnded(message.from_peer_id, message.reason, namesOf(message));
    case "error":
      return refused(message);
    case "call_diagnosis":
      return diagnoses.receive(message);
    case "peer_view_size":
      return signaling.handleViewSize(message.from_peer_id, message);
    case "ice_servers_renewed":
      return signaling.configure({ iceServers: iceServersOf(message.ice_servers) });
    case "token_renewed":
    case "welcome": // the connection itself keeps what it needs of it
    case "pong":
    case "scene_update": // the board's
    case "element_added":
    case "element_updated":
    case "element_removed":
    case "ack":
    case "sync_result":
    case "peer_preview":
    case "peer_cursor":
    case "communitas_call_result": // for programs: the page has no such calls yet
    case "call_state":
      return;
    default:
      unreachable(message);
  }
}

/**
 * @param {{call_id?: string | null, offer_id?: string | null, group?: boolean}} signal
 * @returns {SignalNames}
 */
function namesOf({ call_id, offer_id, group = false }) {
  return { callId: call_id ?? "", offerId: offer_id ?? "", group };
}

/**
 * @param {RelayIceCandidate} message
 * @returns {RTCIceCandidateInit}
 */
function candidateInit({ candidate, sdp_mid, sdp_m_line_index, username_fragment }) {
  const init = {
    candidate,
    sdpMid: sdp_mid ?? null,
    sdpMLineIndex: sdp_m_line_index ?? null,
    usernameFragment: username_fragment ?? null,
  };
  // Without a medium it is for the first one; with bundled media (RFC 9143) that is all of them.
  if (candidate && init.sdpMid === null) init.sdpMLineIndex ??= 0;
  return init;
}
