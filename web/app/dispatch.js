/** Handlers of the server's messages, one for each type: the compiler refuses a message without one. */

import { candidateInit, iceServersOf } from "../calls/ice.js";
import { log } from "../lib/log.js";

/** @import {Board} from "./board.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {SignalingManager, SignalNames} from "../signaling.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Error as ErrorMessage, PeerAssigned, ServerMessage} from "../types/messages.js" */

/**
 * @typedef {object} Parts
 * @property {Roster} roster
 * @property {SignalingManager} signaling
 * @property {Pick<Board, "receive">} board
 * @property {Pick<Diagnoses, "receive">} diagnoses
 * @property {(message: PeerAssigned) => void} assigned
 * @property {(message: ErrorMessage) => void} refused
 */

/**
 * @template {ServerMessage} M
 * @typedef {object} Handler
 * @property {(message: M) => void} handle
 * @property {boolean} renders what people see may have changed
 */

/** @typedef {{[M in ServerMessage as M["type"]]: Handler<M>}} Handlers */

/**
 * @param {Parts} parts
 * @returns {Handlers}
 */
export function createHandlers(parts) {
  const { roster, signaling } = parts;
  const board = shown((/** @type {ServerMessage} */ message) => void parts.board.receive(message));
  return {
    // The connection itself keeps what it needs of these.
    welcome: shown(nothing),
    token_renewed: shown(nothing),
    pong: unseen(nothing),

    peer_assigned: shown(parts.assigned),
    peer_list: shown((message) => {
      roster.replace(message, signaling.calls.map(({ peerId }) => peerId));
      signaling.handlePeers(message.peers, true);
    }),
    peer_joined: shown(({ peer }) => {
      roster.put(peer);
      signaling.handlePeers([peer]);
    }),
    peer_updated: shown(({ peer }) => {
      roster.put(peer);
      signaling.handlePeers([peer]);
    }),
    peer_left: shown((message) => {
      parts.board.receive(message);
      signaling.handlePeerLeft(message.peer_id);
      roster.remove(message.peer_id);
    }),
    media_state: shown((message) => roster.mediaState(message)),

    incoming_call: shown((message) => {
      signaling.handleIncomingCall(message.from_peer_id, message.session_id, namesOf(message));
    }),
    relay_offer: shown((message) => {
      signaling.handleOffer(message.from_peer_id, message.sdp, namesOf(message));
    }),
    relay_answer: shown((message) => {
      signaling.handleAnswer(message.from_peer_id, message.sdp, namesOf(message));
    }),
    relay_ice_candidate: unseen((message) => {
      signaling.handleIceCandidate(message.from_peer_id, candidateInit(message), namesOf(message));
    }),
    call_ended: shown((message) => {
      signaling.handleCallEnded(message.from_peer_id, message.reason, namesOf(message));
    }),
    call_diagnosis: shown((message) => parts.diagnoses.receive(message)),
    peer_view_size: unseen((message) => signaling.handleViewSize(message.from_peer_id, message)),
    ice_servers_renewed: shown(({ ice_servers }) => {
      signaling.configure({ iceServers: iceServersOf(ice_servers) });
    }),

    scene_update: board,
    element_added: board,
    element_updated: board,
    element_removed: board,
    ack: board,
    sync_result: board,
    peer_preview: unseen(board.handle),
    peer_cursor: unseen(board.handle),

    error: shown((message) => {
      if (!parts.board.receive(message)) parts.refused(message);
    }),

    // For programs: the page has no such calls yet.
    communitas_call_result: shown(nothing),
    call_state: shown(nothing),
  };
}

/**
 * Handle a message by its type. A newer server may send types that this client does not know; those are ignored.
 *
 * @param {Handlers} handlers
 * @param {ServerMessage} message
 * @returns {boolean} whether what people see may have changed
 */
export function dispatch(handlers, message) {
  if (!Object.hasOwn(handlers, message.type)) {
    log("protocol", "unknown", message.type);
    return false;
  }
  // The compiler cannot follow that the handler and the message are of one type.
  const { handle, renders } = /** @type {Handler<any>} */ (handlers[message.type]);
  handle(message);
  return renders;
}

function nothing() {}

/**
 * @template {ServerMessage} M
 * @param {(message: M) => void} handle
 * @returns {Handler<M>}
 */
function shown(handle) {
  return { handle, renders: true };
}

/**
 * The handler of a message that comes by the hundred and changes nothing that is rendered.
 *
 * @template {ServerMessage} M
 * @param {(message: M) => void} handle
 * @returns {Handler<M>}
 */
function unseen(handle) {
  return { handle, renders: false };
}

/**
 * @param {{call_id?: string | null, offer_id?: string | null, group?: boolean}} signal
 * @returns {SignalNames}
 */
function namesOf({ call_id, offer_id, group = false }) {
  return { callId: call_id ?? "", offerId: offer_id ?? "", group };
}
