/** Begins, connects and ends the calls of this page, and keeps its devices on while there are any. */

import { log } from "../lib/log.js";
import { Call } from "./call.js";
import { EndedCalls } from "./ended.js";
import { PendingCandidates } from "./pendingcandidates.js";
import { spare } from "./peerconnection.js";
import { sendingQuality } from "./quality.js";

/** @import {CallEndReason, CallState} from "./call.js" */
/** @import {Preset} from "./quality.js" */
/** @import {LocalMedia} from "../media/local.js" */
/** @import {ScreenShare} from "../media/screen.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {ClientMessage, StartCall} from "../types/messages.js" */

/**
 * A change of the state of a call. The reason of an end is that of the wire, or `lost` when this peer has lost its
 * place at the server.
 *
 * @typedef {object} CallChange
 * @property {string} peerId
 * @property {CallState} state
 * @property {boolean} outgoing
 * @property {boolean} answered it has come further than ringing
 * @property {CallEndReason | "lost" | null} reason set when `ended`
 * @property {boolean} byUs ended from here
 */

/**
 * `entered`: this peer called, accepted or joined, so its camera belongs on the canvas. `local`: the
 * stream of the own camera, `null` when it is off again. `stream`: what a peer sends, or `null`;
 * `screen`: the screen that it shares.
 *
 * @typedef {object} SignalingEvents
 * @property {CallChange} state
 * @property {null} entered
 * @property {MediaStream | null} local
 * @property {{peerId: string, stream: MediaStream | null}} stream
 * @property {{peerId: string, stream: MediaStream | null}} screen
 */

/**
 * @typedef {object} CallManagerHooks
 * @property {<Name extends keyof SignalingEvents>(name: Name, detail: SignalingEvents[Name]) => void} emit
 * @property {(peerId: string) => boolean} hears what a peer sends is to be shown and heard
 * @property {(call: Call) => void} accepting the person accepts that call
 * @property {(peerId: string, reason: CallEndReason | "lost", byUs: boolean) => void} finished a call is over
 * @property {() => number | null} groupSize how many others are in the call of the canvas; `null`: this peer is not
 */

export class CallManager {
  /** By peer id. @type {Map<string, RTCPeerConnection>} */
  peerConnections = new Map();
  /** Calls that are over. */
  ended = new EndedCalls();
  /** Candidates that overtook the offer of their call. */
  pending = new PendingCandidates();
  /** With so many calls a further one is answered with `busy`. */
  maxCalls = 16;
  /** By peer id, oldest first. @type {Map<string, Call>} */
  #calls = new Map();
  /** Of the own camera, as `local` said last. @type {MediaStream | null} */
  #shown = null;
  /** How connections to other peers are made. @type {RTCConfiguration} */
  #ice = {};
  /** @type {Preset} */
  #preset = "auto";
  #connection;
  #media;
  #screen;
  #hooks;

  /**
   * @param {CanvasConnection} connection
   * @param {LocalMedia} media
   * @param {ScreenShare} screen
   * @param {CallManagerHooks} hooks
   */
  constructor(connection, media, screen, hooks) {
    this.#connection = connection;
    this.#media = media;
    this.#screen = screen;
    this.#hooks = hooks;
    screen.on("changed", () => {
      for (const call of this.all) call.setScreen(screen.stream);
    });
    media.on("changed", () => {
      for (const call of this.accepted) call.attachTracks();
    });
  }

  /** @returns {Call[]} oldest first */
  get all() {
    return [...this.#calls.values()];
  }

  /** @returns {Call[]} those that the person here has begun or accepted */
  get accepted() {
    return this.all.filter((call) => call.accepted);
  }

  get isFull() {
    return this.#calls.size >= this.maxCalls;
  }

  /** The server can be reached, and has given this peer an id. */
  get isReady() {
    return this.#connection.state === "open" && this.#connection.peerId !== null;
  }

  /** There is a place for one more call. */
  get canBegin() {
    return this.isReady && !this.isFull;
  }

  /** This peer rings somebody, is being connected or talks; ringing here alone does not count. */
  get inCall() {
    return this.#hooks.groupSize() !== null || this.accepted.length > 0;
  }

  /** @param {string} peerId */
  get(peerId) {
    return this.#calls.get(peerId);
  }

  /** @param {ClientMessage} message */
  send(message) {
    this.#connection.send(message);
  }

  /**
   * @param {string} peerId
   * @param {CallEndReason} reason
   * @param {string} callId empty: it has no name
   */
  sendEnd(peerId, reason, callId) {
    const named = callId ? { call_id: callId } : {};
    this.send({ type: "end_call", target_peer_id: peerId, reason, ...named });
  }

  /** @param {RTCConfiguration} ice of calls to come, and of present ones when they look for another path */
  configure(ice) {
    this.#ice = { ...this.#ice, ...ice };
    for (const call of this.all) call.configure(this.#ice);
  }

  /** A call is likely: its connection gathers candidates already. */
  expect() {
    spare.prepare(this.#ice);
  }

  /** @param {Preset} preset of the pictures sent from now on */
  setPreset(preset) {
    this.#preset = preset;
    this.fitQuality();
  }

  /** The network or the server is back. */
  nudge() {
    for (const call of this.all) call.nudge();
  }

  // --- the life of a call --------------------------------------------------------------------

  /**
   * Call a peer, or accept its call if it is ringing here.
   *
   * @param {string} peerId
   * @param {boolean} group it is one of the call of the canvas
   */
  start(peerId, group) {
    if (this.#calls.has(peerId)) return this.accept(peerId);
    const call = this.#ring(peerId, group);
    if (call) this.offer(call);
  }

  /**
   * Call those who are in the call of the canvas. All are rung before anything else is done, so that none of them waits for
   * what the others cost.
   *
   * @param {readonly string[]} peerIds with whom there is no call
   */
  startAll(peerIds) {
    const calls = peerIds.flatMap((peerId) => this.#ring(peerId, true) ?? []);
    if (calls.length > 0) this.offer(...calls);
  }

  /**
   * @param {string} peerId
   * @param {boolean} group
   * @returns {Call | null} that rings there from now on; `null`: it cannot be begun
   */
  #ring(peerId, group) {
    const { peerId: ownId, sessionId: session_id } = this.#connection;
    if (peerId === ownId || !this.canBegin) {
      log("signaling", "cannot call now");
      return null;
    }
    const call = this.begin(peerId, { outgoing: true });
    call.group = group;
    /** @type {StartCall} */
    const message = { type: "start_call", target_peer_id: peerId, session_id, call_id: call.id };
    this.send(group ? { ...message, group } : message);
    return call;
  }

  /** @param {Call[]} calls that are to be offered our media */
  offer(...calls) {
    const stream = this.#media.start();
    const offered = calls.map((call) => {
      this.connect(call);
      return call.offerMedia(stream);
    });
    // What this changes in the page is much work: it is done when the offers are on their way.
    void Promise.all(offered).then(() => this.#media.stream === stream && this.#enter(stream));
    this.fitQuality();
    for (const call of calls) this.announce(call);
  }

  /** @param {string} peerId whose call is accepted, if one rings here */
  accept(peerId) {
    const call = this.#calls.get(peerId);
    if (!call || call.accepted) return;
    this.#hooks.accepting(call);
    if (call.accepted) return; // with the call of everybody
    const stream = this.enter();
    this.connect(call);
    call.accept(stream);
    this.fitQuality();
  }

  /**
   * Hang up, cancel or decline.
   *
   * @param {string} peerId
   * @param {CallEndReason} reason
   */
  end(peerId, reason) {
    const call = this.#calls.get(peerId);
    if (!call) return;
    this.sendEnd(peerId, reason, call.id);
    this.finish(call, reason, true);
  }

  /**
   * @param {string} peerId
   * @param {{outgoing: boolean, id?: string, resumed?: boolean}} how
   * @returns {Call}
   */
  begin(peerId, how) {
    const call = new Call(peerId, how, {
      send: (message) => this.send(message),
      publishes: () => this.#media.mayPublish(),
      made: (pc) => this.peerConnections.set(peerId, pc),
      changed: (call) => this.announce(call),
      hears: () => this.#hooks.hears(peerId),
      streamed: (stream) => this.#hooks.emit("stream", { peerId, stream }),
      screened: (stream) => this.#hooks.emit("screen", { peerId, stream }),
      troubled: () => this.#connection.wake(),
      expired: (reason) => this.end(peerId, reason),
    });
    this.#calls.set(peerId, call);
    call.setScreen(this.#screen.stream);
    this.ended.forget(peerId);
    const pending = this.pending.take(peerId);
    if (!how.outgoing) for (const candidate of pending) call.handleCandidate(candidate);
    return call;
  }

  /**
   * @param {Call} call
   * @returns {RTCPeerConnection}
   */
  connect(call) {
    const polite = (this.#connection.peerId ?? "") > call.peerId;
    return call.connect(this.#ice, polite);
  }

  /**
   * @param {Call} call
   * @param {CallEndReason | "lost"} reason
   * @param {boolean} byUs
   */
  finish(call, reason, byUs) {
    const { peerId, outgoing } = call;
    const answered = call.state !== "ringing";
    call.close();
    this.#calls.delete(peerId);
    this.peerConnections.delete(peerId);
    this.ended.add(peerId, call.names.all);
    this.#hooks.emit("stream", { peerId, stream: null });
    this.#hooks.emit("screen", { peerId, stream: null });
    this.#hooks.finished(peerId, reason, byUs);
    this.turnOff();
    this.fitQuality();
    this.#hooks.emit("state", { peerId, state: "ended", outgoing, answered, reason, byUs });
  }

  /** @param {Call} call whose state has changed */
  announce({ peerId, outgoing, state }) {
    this.#hooks.emit("state", { peerId, state, outgoing, answered: state !== "ringing", reason: null, byUs: false });
  }

  // --- what is sent --------------------------------------------------------------------------

  /**
   * Turn the devices on: this peer takes part in a call.
   *
   * @returns {MediaStream}
   */
  enter() {
    const stream = this.#media.start();
    this.#enter(stream);
    return stream;
  }

  /** @param {MediaStream} stream of the devices, which are on */
  #enter(stream) {
    if (this.#shown !== stream) this.#hooks.emit("local", stream);
    this.#shown = stream;
    this.#hooks.emit("entered", null);
  }

  /** Turn the devices off, unless a call needs them. */
  turnOff() {
    if (this.inCall || !this.#media.stream) return;
    this.#screen.stop();
    this.#media.stop();
    this.#shown = null;
    this.#hooks.emit("local", null);
  }

  /** The more calls there are, the smaller are the pictures, unless the person wants it otherwise. */
  fitQuality() {
    const calls = this.accepted;
    const count = Math.max(calls.length, this.#hooks.groupSize() ?? 0);
    const quality = sendingQuality(count, this.#preset);
    this.#media.setQuality(quality);
    for (const call of calls) call.fitting.setQuality(quality);
  }
}
