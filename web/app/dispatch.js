/** Handlers of the server's messages, one for each type: the compiler refuses a message without one. */

import { candidateInit, iceServersOf } from "../calls/ice.js";
import { log } from "../lib/log.js";
import { SERVER_TRAITS } from "../types/traits.js";

/** @import {Board} from "./board.js" */
/** @import {LateChat} from "../chat/late.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {SignalingManager, SignalNames} from "../signaling.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Error as ErrorMessage, PeerAssigned, PeerLeft, ServerMessage} from "../types/messages.js" */

/**
 * @typedef {object} Parts
 * @property {{peerId: string | null}} connection
 * @property {Roster} roster
 * @property {SignalingManager} signaling
 * @property {Pick<Board, "receive">} board
 * @property {Pick<LateChat, "receive">} chat
 * @property {Pick<Diagnoses, "receive">} diagnoses
 * @property {(message: PeerAssigned) => void} assigned
 * @property {(message: ErrorMessage) => void} refused
 */

/** @typedef {{[M in ServerMessage as M["type"]]: (message: M) => void}} Handlers */

/**
 * @param {Parts} parts
 * @returns {Handlers}
 */
export function createHandlers(parts) {
  const { roster, signaling } = parts;
  const board = (/** @type {ServerMessage} */ message) => void parts.board.receive(message);
  const chat = (/** @type {ServerMessage} */ message) => parts.chat.receive(message);
  const left = (/** @type {PeerLeft} */ message) => {
    parts.board.receive(message);
    signaling.handlePeerLeft(message.peer_id);
    roster.remove(message.peer_id);
  };
  return {
    // The connection itself keeps what it needs of these.
    welcome: nothing,
    token_renewed: nothing,
    pong: nothing,

    session_settings: nothing,
    waiting: nothing,
    peer_waiting: nothing,
    peer_waiting_left: nothing,
    peer_reaction: nothing,
    peer_mute: nothing, // app/roommessages.js listens to it itself

    proposal: nothing,
    proposal_decided: nothing,
    peer_thinking: nothing,
    question: nothing,
    question_answered: nothing,
    peer_speech: nothing,

    peer_assigned: parts.assigned,
    peer_list: (message) => {
      roster.replace(message, signaling.calls.map(({ peerId }) => peerId));
      signaling.handlePeers(message.peers, true);
    },
    peer_joined: ({ peer }) => {
      roster.put(peer);
      signaling.handlePeers([peer]);
    },
    peer_updated: ({ peer }) => {
      roster.put(peer);
      signaling.handlePeers([peer]);
    },
    peer_left: left,
    media_state: (message) => roster.mediaState(message),
    roster_changes: ({ session_id, left: gone = [], joined = [], updated = [], media = [] }) => {
      const others = gone.filter(({ peer_id }) => peer_id !== parts.connection.peerId);
      for (const one of others) left({ type: "peer_left", session_id, ...one });
      for (const peer of joined) roster.join(peer);
      for (const peer of updated) roster.put(peer);
      for (const { peer_id, ...state } of media) roster.mediaState({ type: "media_state", from_peer_id: peer_id, ...state });
      if (joined.length + updated.length > 0) signaling.handlePeers([...joined, ...updated]);
    },

    incoming_call: (message) => {
      signaling.handleIncomingCall(message.from_peer_id, message.session_id, namesOf(message));
    },
    relay_offer: (message) => {
      signaling.handleOffer(message.from_peer_id, message.sdp, namesOf(message));
    },
    relay_answer: (message) => {
      signaling.handleAnswer(message.from_peer_id, message.sdp, namesOf(message));
    },
    relay_ice_candidate: (message) => {
      signaling.handleIceCandidate(message.from_peer_id, candidateInit(message), namesOf(message));
    },
    call_ended: (message) => {
      signaling.handleCallEnded(message.from_peer_id, message.reason, namesOf(message));
    },
    call_diagnosis: (message) => parts.diagnoses.receive(message),
    peer_view_size: (message) => signaling.handleViewSize(message.from_peer_id, message),
    ice_servers_renewed: ({ ice_servers }) => {
      signaling.configure({ iceServers: iceServersOf(ice_servers) });
    },

    scene_update: board,
    element_added: board,
    element_updated: board,
    element_removed: board,
    ack: (message) => void (chat(message) || board(message)),
    sync_result: board,
    peer_preview: board,
    peer_stroke: board,
    peer_selection: board,
    peer_typing: board,
    peer_cursor: board,
    pointers: ({ pointers }) => {
      for (const [from_peer_id, x, y] of pointers) {
        if (from_peer_id !== parts.connection.peerId) board({ type: "peer_cursor", from_peer_id, x, y });
      }
    },

    error: (message) => {
      if (!chat(message) && !parts.board.receive(message)) parts.refused(message);
    },

    chat_message: chat,
    chat_history: chat,
    chat_removed: chat,
    chat_cleared: chat,

    // For programs: the page has no such calls yet.
    communitas_call_result: nothing,
    call_state: nothing,
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
  const handle = /** @type {(message: any) => void} */ (handlers[message.type]);
  handle(message);
  return SERVER_TRAITS[message.type].visible;
}

function nothing() {}

/**
 * @param {{call_id?: string | null, offer_id?: string | null, group?: boolean}} signal
 * @returns {SignalNames}
 */
function namesOf({ call_id, offer_id, group = false }) {
  return { callId: call_id ?? "", offerId: offer_id ?? "", group };
}
