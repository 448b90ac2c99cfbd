/**
 * An RTCPeerConnection without media: signalling states, transceivers, ICE generations and the queue of operations
 * as W3C webrtc-pc 4.4 and JSEP (RFC 9429) have them. Whether packets would flow is up to the test: `connectAll`.
 */

import { FakeStream } from "./media.js";
import { directionOf, FakeTransceiver, receives, reversed, sends } from "./transceivers.js";

/** @typedef {import("./media.js").FakeTrack} FakeTrack */

/**
 * @typedef {import("./transceivers.js").Direction} Direction
 * @typedef {{mid: string, kind: string, direction: Direction, fragment: string}} Section
 * @typedef {{type: "offer" | "answer", sdp: string}} Description
 */

const { setImmediate: nextTask } = globalThis;
let pending = 0;

/** @param {() => void} act as a task of its own, as browsers fire events */
function queueTask(act) {
  pending += 1;
  nextTask(() => {
    pending -= 1;
    act();
  });
}

/** @returns {Promise<void>} */
const aTask = () => new Promise((resolve) => queueTask(resolve));

/** Wait until no peer connection has anything left to do. */
export async function rtcIdle() {
  do await new Promise((resolve) => nextTask(resolve));
  while (pending > 0);
}

/** @param {string} name */
const fault = (name) => new DOMException(name, name);

export class FakePeerConnection extends EventTarget {
  /** All of them, in the order in which they were made. @type {FakePeerConnection[]} */
  static made = [];

  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  /** @type {Description | null} */ currentLocalDescription = null;
  /** @type {Description | null} */ pendingLocalDescription = null;
  /** @type {Description | null} */ currentRemoteDescription = null;
  /** @type {Description | null} */ pendingRemoteDescription = null;
  /** @type {((event: any) => void) | null} */ onnegotiationneeded = null;
  /** @type {((event: any) => void) | null} */ onicecandidate = null;
  /** @type {((event: any) => void) | null} */ ontrack = null;
  /** @type {((event: any) => void) | null} */ ondatachannel = null;
  /** @type {((event: any) => void) | null} */ onconnectionstatechange = null;
  /** Candidates of the other side that were taken. @type {RTCIceCandidateInit[]} */
  candidates = [];
  /** How often `restartIce` was called. */
  restarts = 0;
  /** As `getStats` reports them. */
  bytesReceived = 0;

  #id = FakePeerConnection.made.length + 1;
  #configuration;
  /** @type {FakeTransceiver[]} */
  #transceivers = [];
  /** Those whose media section the present local offer made. @type {Set<FakeTransceiver>} */
  #offered = new Set();
  #chain = Promise.resolve();
  #operations = 0;
  #isNegotiationNeeded = false;
  #mustRestart = false;
  /** Of the other side, once connected. */
  #remoteFingerprint = "";
  #generation = 0;
  /** @type {Set<string>} */
  #gathered = new Set();

  /** @param {RTCConfiguration} [configuration] */
  constructor(configuration = {}) {
    super();
    this.#configuration = checked(configuration);
    FakePeerConnection.made.push(this);
  }

  /** Those that are in use. */
  static get open() {
    return FakePeerConnection.made.filter(({ signalingState }) => signalingState !== "closed");
  }

  /** Let those connect that can: both have agreed with each other, and have a candidate of this generation. */
  static connectAll() {
    for (const pc of FakePeerConnection.open) {
      const other = FakePeerConnection.open.find((other) => pc.#fits(other) && other.#fits(pc));
      if (!other) continue;
      pc.#remoteFingerprint = other.fingerprint;
      pc.become("connected");
    }
  }

  get localDescription() {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }

  get remoteDescription() {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription;
  }

  get fingerprint() {
    return `AA:${this.#id}`;
  }

  getConfiguration() {
    return { ...this.#configuration };
  }

  /** @param {RTCConfiguration} configuration */
  setConfiguration(configuration) {
    this.#configuration = checked(configuration);
  }

  getTransceivers() {
    return [...this.#transceivers];
  }

  /**
   * @param {string | FakeTrack} trackOrKind
   * @param {{direction?: Direction}} [init]
   */
  addTransceiver(trackOrKind, { direction = "sendrecv" } = {}) {
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    return this.#add(kind, track, direction);
  }

  /** @param {FakeTrack} track */
  addTrack(track) {
    const free = this.#transceivers.find(({ kind, sender }) => kind === track.kind && !sender.track);
    if (free) {
      free.sender.track = track;
      free.direction = directionOf(true, receives(free.direction));
      return free.sender;
    }
    const made = this.#add(track.kind, track, "sendrecv");
    made.byTrack = true;
    return made.sender;
  }

  restartIce() {
    this.restarts += 1;
    this.#mustRestart = true;
    this.#lookWhetherNeeded();
  }

  setLocalDescription() {
    return this.#operate(async () => {
      const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
      const description = type === "offer" ? this.#createOffer() : this.#createAnswer();
      await aTask();
      if (this.#isClosed) return;
      if (type === "answer") this.#agree(description, /** @type {Description} */ (this.remoteDescription));
      else {
        this.pendingLocalDescription = description;
        this.#setSignalingState("have-local-offer");
      }
      this.#gather(description);
    });
  }

  /** @param {Description} description */
  setRemoteDescription(description) {
    return this.#operate(async () => {
      const { type, sdp } = description;
      if (type === "answer" && this.signalingState !== "have-local-offer") throw fault("InvalidStateError");
      // DTLS is of one pair of certificates.
      const isOther = this.#remoteFingerprint && !sdp.includes(`sha-256 ${this.#remoteFingerprint}\n`);
      if (isOther) throw fault("OperationError");
      await aTask();
      if (this.#isClosed) return;
      if (type === "answer") {
        this.#receive(sectionsOf(sdp));
        this.#agree(/** @type {Description} */ (this.localDescription), description);
        return;
      }
      if (this.signalingState === "have-local-offer") this.#rollBack();
      this.#associate(sectionsOf(sdp));
      this.#receive(sectionsOf(sdp));
      this.pendingRemoteDescription = description;
      this.#setSignalingState("have-remote-offer");
    });
  }

  /** @param {RTCIceCandidateInit} candidate */
  async addIceCandidate(candidate) {
    const { sdpMid = null, sdpMLineIndex = null } = candidate;
    if (candidate.candidate && sdpMid === null && sdpMLineIndex === null) throw new TypeError("no medium");
    await this.#operate(async () => {
      if (!this.remoteDescription) throw fault("InvalidStateError");
      const sections = sectionsOf(this.remoteDescription.sdp);
      if (sdpMid !== null && !sections.some(({ mid }) => mid === sdpMid)) throw fault("OperationError");
      await aTask();
      this.candidates.push(candidate); // whatever its generation, as Chromium 156 does
    });
  }

  async getStats() {
    return new Map([
      ["pair", { type: "candidate-pair", bytesReceived: this.bytesReceived }],
      ["local", { type: "local-candidate", candidateType: "host" }],
    ]);
  }

  close() {
    this.signalingState = this.connectionState = this.iceConnectionState = "closed";
  }

  // --- in the hands of the test --------------------------------------------------------------

  /** @param {"new" | "connecting" | "connected" | "disconnected" | "failed"} state */
  become(state) {
    if (this.#isClosed || this.connectionState === state) return;
    this.connectionState = state;
    this.iceConnectionState = state === "connecting" ? "checking" : state;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
    this.onconnectionstatechange?.(new Event("connectionstatechange"));
  }

  /** The directions that were agreed on, by kind and in the order of the media sections. */
  get agreed() {
    const local = sectionsOf(this.currentLocalDescription?.sdp ?? "");
    const remote = sectionsOf(this.currentRemoteDescription?.sdp ?? "");
    return local.map(({ kind, direction }, index) => {
      const other = remote[index]?.direction ?? "inactive";
      return `${kind} ${directionOf(sends(direction) && receives(other), receives(direction) && sends(other))}`;
    });
  }

  // --- as the specifications have it ---------------------------------------------------------

  get #isClosed() {
    return this.signalingState === "closed";
  }

  /** @param {FakePeerConnection} other */
  #fits(other) {
    const [mine] = sectionsOf(this.currentRemoteDescription?.sdp ?? "");
    const [theirs] = sectionsOf(other.currentLocalDescription?.sdp ?? "");
    if (!mine || !theirs || this.currentRemoteDescription?.sdp !== other.currentLocalDescription?.sdp) return false;
    return this.candidates.some((one) => one.candidate && one.usernameFragment === theirs.fragment);
  }

  /**
   * @param {string} kind
   * @param {FakeTrack | null} track
   * @param {Direction} direction
   */
  #add(kind, track, direction) {
    const made = new FakeTransceiver(kind, track, direction, () => this.#lookWhetherNeeded());
    this.#transceivers.push(made);
    this.#lookWhetherNeeded();
    return made;
  }

  /**
   * Webrtc-pc 4.4.1.2: operations run one after another; those of a closed connection never end.
   *
   * @param {() => Promise<void>} operation
   */
  #operate(operation) {
    this.#operations += 1;
    const result = this.#chain.then(() => (this.#isClosed ? new Promise(() => {}) : operation()));
    this.#chain = result.then(
      () => this.#operated(),
      () => this.#operated(),
    );
    return result;
  }

  #operated() {
    this.#operations -= 1;
    if (this.#operations === 0) this.#lookWhetherNeeded();
  }

  get #fragment() {
    return `u${this.#id}g${this.#generation}`;
  }

  #createOffer() {
    if (this.#mustRestart) this.#generation += 1;
    const taken = this.#transceivers.filter(({ mid }) => mid !== null).length;
    const added = this.#transceivers.filter(({ mid }) => mid === null);
    for (const [index, transceiver] of added.entries()) {
      transceiver.mid = String(taken + index);
      this.#offered.add(transceiver);
    }
    return this.#describe("offer", ({ direction }) => direction);
  }

  #createAnswer() {
    const offer = sectionsOf(this.pendingRemoteDescription?.sdp ?? "");
    const [before] = sectionsOf(this.currentRemoteDescription?.sdp ?? "");
    if (before && before.fragment !== offer[0]?.fragment) this.#generation += 1;
    return this.#describe("answer", ({ mid, direction }) => {
      const offered = offer.find((section) => section.mid === mid)?.direction ?? "inactive";
      return directionOf(sends(direction) && receives(offered), receives(direction) && sends(offered));
    });
  }

  /**
   * @param {"offer" | "answer"} type
   * @param {(transceiver: FakeTransceiver) => Direction} directionIn
   * @returns {Description}
   */
  #describe(type, directionIn) {
    const used = this.#transceivers.filter(({ mid }) => mid !== null);
    const sections = used.sort((a, b) => Number(a.mid) - Number(b.mid)).flatMap((transceiver) => [
      `m=${transceiver.kind} 9`,
      `a=mid:${transceiver.mid}`,
      `a=ice-ufrag:${this.#fragment}`,
      `a=${directionIn(transceiver)}`,
    ]);
    return { type, sdp: ["v=0", `a=fingerprint:sha-256 ${this.fingerprint}`, ...sections, ""].join("\n") };
  }

  /** @param {Section[]} sections of an offer of the other side, which take transceivers or make them */
  #associate(sections) {
    for (const { mid, kind } of sections) {
      if (this.#transceivers.some((one) => one.mid === mid)) continue;
      const free = this.#transceivers.find((one) => one.mid === null && one.kind === kind && one.byTrack);
      const transceiver = free ?? new FakeTransceiver(kind, null, "recvonly", () => this.#lookWhetherNeeded());
      if (!free) this.#transceivers.push(transceiver);
      transceiver.mid = mid;
    }
  }

  /** @param {Section[]} sections of the other side, which say what it sends from now on */
  #receive(sections) {
    for (const { mid, direction } of sections) {
      const transceiver = this.#transceivers.find((one) => one.mid === mid);
      if (!transceiver || sends(direction) === transceiver.isReceiving) continue;
      transceiver.isReceiving = sends(direction);
      const { track } = transceiver.receiver;
      if (transceiver.isReceiving) this.ontrack?.({ track, transceiver, streams: [new FakeStream([track])] });
      else track.onmute?.();
    }
  }

  #rollBack() {
    for (const transceiver of this.#offered) transceiver.mid = null;
    this.#offered.clear();
    this.#gathered.delete(this.#fragment);
    this.pendingLocalDescription = null;
  }

  /**
   * @param {Description} local
   * @param {Description} remote
   */
  #agree(local, remote) {
    this.currentLocalDescription = local;
    this.currentRemoteDescription = remote;
    this.pendingLocalDescription = this.pendingRemoteDescription = null;
    this.#offered.clear();
    if (local.type === "offer") this.#mustRestart = false;
    this.#isNegotiationNeeded = false;
    this.#setSignalingState("stable");
    if (this.connectionState === "new") this.become("connecting");
  }

  /** @param {string} state */
  #setSignalingState(state) {
    this.signalingState = state;
    this.dispatchEvent(new Event("signalingstatechange"));
  }

  /** @param {Description} description */
  #gather({ sdp }) {
    const [section] = sectionsOf(sdp);
    if (!section || this.#gathered.has(section.fragment)) return;
    const { fragment, mid } = section;
    this.#gathered.add(fragment);
    const init = { candidate: `candidate:${fragment}`, sdpMid: mid, sdpMLineIndex: 0, usernameFragment: fragment };
    for (const candidate of [{ ...init, toJSON: () => init }, null]) {
      queueTask(() => !this.#isClosed && this.onicecandidate?.({ candidate }));
    }
  }

  /** Webrtc-pc 4.7.3, "update the negotiation-needed flag". */
  #lookWhetherNeeded() {
    if (this.#isClosed || this.#operations > 0 || this.signalingState !== "stable") return;
    if (!this.#isNeeded()) this.#isNegotiationNeeded = false;
    else if (!this.#isNegotiationNeeded) {
      this.#isNegotiationNeeded = true;
      queueTask(() => this.#fireNegotiationNeeded());
    }
  }

  #fireNegotiationNeeded() {
    if (this.#isClosed || !this.#isNegotiationNeeded) return;
    this.#isNegotiationNeeded = this.#operations === 0 && this.signalingState === "stable" && this.#isNeeded();
    if (this.#isNegotiationNeeded) this.onnegotiationneeded?.(new Event("negotiationneeded"));
  }

  #isNeeded() {
    if (this.#mustRestart && this.currentLocalDescription) return true;
    const local = sectionsOf(this.currentLocalDescription?.sdp ?? "");
    const remote = sectionsOf(this.currentRemoteDescription?.sdp ?? "");
    return this.#transceivers.some(({ mid, direction }) => {
      const mine = local.find((section) => section.mid === mid)?.direction;
      const theirs = remote.find((section) => section.mid === mid)?.direction;
      if (!mine || !theirs) return true;
      if (this.currentLocalDescription?.type === "offer") {
        return mine !== direction && reversed(theirs) !== direction;
      }
      const answered = directionOf(sends(direction) && receives(theirs), receives(direction) && sends(theirs));
      return mine !== answered;
    });
  }
}

/**
 * @param {string} sdp
 * @returns {Section[]}
 */
function sectionsOf(sdp) {
  const lines = /m=(\S+) 9\na=mid:(\S+)\na=ice-ufrag:(\S+)\na=(\S+)\n/g;
  return [...sdp.matchAll(lines)].map(([, kind = "", mid = "", fragment = "", direction]) => {
    return { kind, mid, fragment, direction: /** @type {Direction} */ (direction) };
  });
}

/**
 * @param {RTCConfiguration} configuration
 * @returns {RTCConfiguration}
 */
function checked(configuration) {
  for (const { urls } of configuration.iceServers ?? []) {
    for (const url of [urls].flat()) if (!/^(stun|turns?):/.test(url)) throw fault("SyntaxError");
  }
  return configuration;
}

/** Take the place of the browser's own, for the rest of this process. */
export function installRtc() {
  Object.assign(globalThis, { RTCPeerConnection: FakePeerConnection, MediaStream: FakeStream });
}
