/** View model of a participant, composed of roster, calls, media and speech. */

import { mayBeHeard } from "../invite/rights.js";
import { initialOf, shownName } from "../lib/foreign.js";
import { text } from "../text/calls.js";

/** @import {CallState} from "../calls/call.js" */
/** @import {LocalMedia} from "../media/local.js" */
/** @import {ScreenShare} from "../media/screen.js" */
/** @import {Speaking} from "../media/speaking.js" */
/** @import {Roster} from "./peers.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {SignalingManager} from "../signaling.js" */
/** @import {Role} from "../invite/rights.js" */
/** @import {Media, WaitingPeer} from "../types/messages.js" */

/**
 * @typedef {object} Person
 * @property {string} peerId
 * @property {string} name
 * @property {string} initial
 * @property {number} hue of its colour, the same in every window
 * @property {boolean} own
 * @property {boolean} present in the session
 * @property {boolean} connected
 * @property {boolean} inCall with anybody
 * @property {boolean} inGroup has joined the call of everybody
 * @property {CallState} callState of the call with us
 * @property {boolean} outgoing we began that call
 * @property {boolean} callable a call could be begun now
 * @property {boolean} speaking
 * @property {Role} role
 * @property {boolean} heard what they send is shown and heard here: their role lets them
 * @property {string | null} server the name of the server they are at, where it is not ours
 * @property {Media | null} media `null` when nothing was said of it
 * @property {number | null} [hand] since when it is raised, in milliseconds
 */

/**
 * @param {{connection: CanvasConnection, roster: Roster, signaling: SignalingManager, media: LocalMedia, screen: ScreenShare, speaking: Speaking}} app
 * @param {string} peerId
 * @returns {Person}
 */
export function describePerson({ connection, roster, signaling, media, screen, speaking }, peerId) {
  const peer = roster.peers.get(peerId);
  const own = peerId === connection.peerId;
  const name = shownName(own ? connection.displayName : peer?.display_name) || defaultName(peerId);
  const call = signaling.calls.find((call) => call.peerId === peerId);
  return {
    peerId,
    name,
    initial: initialOf(name),
    hue: hueOf(peerId),
    own,
    present: peer !== undefined,
    connected: peer?.connected ?? false,
    inCall: own ? signaling.inCall : (peer?.in_call ?? false),
    inGroup: own ? signaling.inGroup : (peer?.group_call ?? false),
    callState: signaling.callState(peerId),
    outgoing: call?.outgoing ?? false,
    callable: connection.state === "open" && peer !== undefined,
    speaking: speaking.has(peerId),
    role: peer?.role ?? "edit",
    heard: own || mayBeHeard(peer),
    server: peer?.server == null ? null : shownName(peer.server) || text.unnamedServer,
    media: own ? ownMedia(media, screen) : roster.media(peerId),
    hand: peer?.hand ?? null,
  };
}

/**
 * @param {CallState} state
 * @returns {boolean} nothing is going on with that peer
 */
export function callIsOver(state) {
  return state === "idle" || state === "ended";
}

/**
 * @param {LocalMedia} media
 * @param {ScreenShare} screen
 * @returns {Media | null}
 */
export function ownMedia(media, screen) {
  if (!media.stream || media.starting) return null;
  return { audio: media.isSent("audio"), video: media.isSent("video"), screen: screen.stream !== null };
}

/**
 * @param {WaitingPeer} peer who waits to be let in
 * @returns {Pick<Person, "name" | "initial" | "hue">}
 */
export function describeWaiting({ peer_id, display_name }) {
  const name = shownName(display_name) || defaultName(peer_id);
  return { name, initial: initialOf(name), hue: hueOf(peer_id) };
}

/**
 * For peers that give no name.
 *
 * @param {string} peerId
 * @returns {string}
 */
function defaultName(peerId) {
  return `${text.unnamed} ${peerId.slice(0, 4)}`;
}

/**
 * @param {string} peerId
 * @returns {number} degrees on the colour wheel
 */
function hueOf(peerId) {
  return Number.parseInt(peerId.slice(0, 6), 16) % 360 || 0;
}
