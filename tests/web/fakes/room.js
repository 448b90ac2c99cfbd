/**
 * A session of several pages without browsers or a server: real signaling managers, and a relay that carries their
 * signals in order, as the server does.
 */

import { createHandlers, dispatch } from "../../../web/app/dispatch.js";
import { Emitter } from "../../../web/lib/emitter.js";
import { Roster } from "../../../web/people/peers.js";
import { advance, installClock, resetClock } from "./clock.js";
import { FakeStream, FakeTrack } from "./media.js";
import { FakePeerConnection, installRtc, rtcIdle } from "./rtc.js";

/** @typedef {{from: string, message: any}} Sent */
/** @typedef {{type: string, from_peer_id: string, [name: string]: any}} Relayed */

const window = new EventTarget();
installClock();
installRtc();
Object.assign(globalThis, { addEventListener: window.addEventListener.bind(window) });

const { SignalingManager } = await import("../../../web/signaling.js");

/** The browser says that it is online again. */
export const online = () => window.dispatchEvent(new Event("online"));

class FakeConnection extends Emitter {
  state = "open";
  sessionId = "s";
  wakes = 0;

  /**
   * @param {string} peerId
   * @param {(message: any) => void} send
   */
  constructor(peerId, send) {
    super();
    /** @type {string | null} */
    this.peerId = peerId;
    this.send = send;
  }

  wake() {
    this.wakes += 1;
  }

  /**
   * @param {any} name
   * @param {any} detail
   */
  fire(name, detail) {
    this.emit(/** @type {never} */ (name), /** @type {never} */ (detail));
  }
}

class FakeMedia extends Emitter {
  /** @type {FakeStream | null} */
  stream = null;
  publishes = true;
  /** @type {any} */
  quality = null;

  mayPublish() {
    return this.publishes;
  }

  start() {
    const tracks = this.publishes ? [new FakeTrack("audio"), new FakeTrack("video")] : [];
    this.stream ??= new FakeStream(tracks);
    return this.stream;
  }

  stop() {
    this.stream = null;
  }

  /** @param {any} quality */
  setQuality(quality) {
    this.quality = quality;
  }

  changed() {
    this.emit(/** @type {never} */ ("changed"), /** @type {never} */ (null));
  }
}

class FakeScreen extends Emitter {
  /** @type {FakeStream | null} */
  stream = null;

  /** @param {FakeStream | null} stream */
  share(stream) {
    this.stream = stream;
    this.emit(/** @type {never} */ ("changed"), /** @type {never} */ (null));
  }

  stop() {
    if (this.stream) this.share(null);
  }
}

export class Participant {
  media = new FakeMedia();
  screen = new FakeScreen();
  roster = new Roster();
  /** Changes of calls: `peer state`, with the reason of an end. @type {string[]} */
  changes = [];
  /** What is seen of the others, by stream id. @type {Map<string, FakeStream>} */
  streams = new Map();
  /** In the call of everybody, as the server knows it. */
  inGroup = false;
  isConnected = true;

  /**
   * @param {Room} room
   * @param {string} peerId
   */
  constructor(room, peerId) {
    this.room = room;
    this.peerId = peerId;
    this.#load();
  }

  #load() {
    const { room, peerId } = this;
    // Timers of a page before a reload may run on here, but say nothing.
    const isPresent = () => this.signaling === signaling;
    this.connection = new FakeConnection(peerId, (message) => {
      if (isPresent()) room.take({ from: this.peerId, message });
    });
    const [connection, media, screen] = /** @type {any[]} */ ([this.connection, this.media, this.screen]);
    const signaling = new SignalingManager(connection, media, screen, this.roster);
    this.signaling = signaling;
    signaling.on("state", ({ peerId, state, reason, byUs }) => {
      const change = [peerId, state, reason, byUs && "by us"].filter(Boolean).join(" ");
      if (isPresent()) this.changes.push(change);
    });
    for (const kind of /** @type {const} */ (["stream", "screen"])) {
      signaling.on(kind, ({ peerId, stream }) => {
        const id = `${kind} ${peerId}`;
        if (!isPresent()) return;
        if (stream) this.streams.set(id, /** @type {any} */ (stream));
        else this.streams.delete(id);
      });
    }
    this.handlers = createHandlers(/** @type {any} */ ({
      roster: this.roster,
      signaling,
      board: { receive: () => false },
      diagnoses: { receive() {} },
      assigned() {},
      refused() {},
    }));
  }

  get peer() {
    const media = { audio: false, video: false, screen: false };
    const { peerId: peer_id, isConnected: connected, inGroup: group_call } = this;
    return { peer_id, connected, in_call: false, group_call, media, role: "edit" };
  }

  /** @param {object} message of the server */
  receive(message) {
    dispatch(this.handlers, /** @type {any} */ (message));
  }

  /**
   * The peer connection with a peer.
   *
   * @param {string} peerId
   * @returns {FakePeerConnection}
   */
  pc(peerId) {
    return /** @type {any} */ (this.signaling.peerConnections.get(peerId));
  }

  /** Reload the page: whatever it had is gone but what it has saved. */
  reload() {
    const { savedCalls, savedGroup } = this.signaling;
    for (const pc of this.signaling.peerConnections.values()) pc.close();
    if (this.connection) this.connection.state = "closed";
    this.media = new FakeMedia();
    this.screen = new FakeScreen();
    this.roster = new Roster();
    this.changes = [];
    this.streams = new Map();
    this.#load();
    this.signaling.restore(savedCalls, savedGroup);
    this.room.sendList(this);
  }
}

export class Room {
  /** @type {Map<string, Participant>} */
  people = new Map();
  /** All that was sent. @type {Sent[]} */
  log = [];
  /** What the relay carries now. @type {Sent[]} */
  #queue = [];
  /** Whether those connect that can. */
  connects = true;
  /** Signals that are lost on the way, because the server was away. @type {(sent: Sent) => boolean} */
  loses = () => false;

  constructor() {
    resetClock();
    FakePeerConnection.made = [];
  }

  /**
   * People come, one after another.
   *
   * @param {string[]} peerIds
   * @returns {Participant[]}
   */
  join(...peerIds) {
    return peerIds.map((peerId) => {
      const one = new Participant(this, peerId);
      this.people.set(peerId, one);
      this.sendList(one);
      this.sendToOthers(one, { type: "peer_joined", peer: one.peer });
      return one;
    });
  }

  /** @param {Participant} one that the server sends its snapshot */
  sendList(one) {
    one.receive({ type: "peer_list", peers: [...this.people.values()].map(({ peer }) => peer) });
  }

  /**
   * @param {Participant} one
   * @param {object} message to all but that one
   */
  sendToOthers(one, message) {
    for (const other of this.people.values()) if (other !== one) other.receive(message);
  }

  /** @param {Participant} one leaves */
  leave(one) {
    this.people.delete(one.peerId);
    const message = { type: "call_ended", from_peer_id: one.peerId, reason: "left" };
    this.sendToOthers(one, message);
    this.sendToOthers(one, { type: "peer_left", peer_id: one.peerId, reason: "left" });
  }

  /** @param {Sent} sent */
  take(sent) {
    this.log.push(sent);
    if (!this.loses(sent)) this.#queue.push(sent);
  }

  /**
   * @param {string} type
   * @param {string} [from]
   * @returns {any[]} the messages that were sent
   */
  sent(type, from) {
    const found = this.log.filter(({ message, from: sender }) => message.type === type && (!from || sender === from));
    return found.map(({ message }) => message);
  }

  /** Carry what there is, in order, until nothing is left to be said. */
  async settle() {
    for (;;) {
      await rtcIdle();
      const sent = this.#queue.splice(0);
      for (const one of sent) this.#relay(one);
      if (sent.length > 0) continue;
      const before = stateOfAll();
      if (this.connects) FakePeerConnection.connectAll();
      await rtcIdle();
      if (this.#queue.length === 0 && stateOfAll() === before) return;
    }
  }

  /** @param {number} ms */
  async pass(ms) {
    await this.settle();
    await advance(ms, () => this.settle());
  }

  /** @param {Sent} sent */
  #relay({ from, message }) {
    const { type, target_peer_id, ...rest } = message;
    const sender = this.people.get(from);
    if (type === "group_call" && sender) {
      sender.inGroup = message.joined;
      return this.sendToOthers(sender, { type: "peer_updated", peer: sender.peer });
    }
    const relayed = RELAYED[type];
    if (relayed) this.people.get(target_peer_id)?.receive({ ...rest, type: relayed, from_peer_id: from });
  }
}

/** What the server makes of a signal. @type {Record<string, string>} */
const RELAYED = {
  start_call: "incoming_call",
  offer: "relay_offer",
  answer: "relay_answer",
  ice_candidate: "relay_ice_candidate",
  end_call: "call_ended",
  view_size: "peer_view_size",
};

const stateOfAll = () => FakePeerConnection.open.map((pc) => `${pc.signalingState} ${pc.connectionState}`).join();
