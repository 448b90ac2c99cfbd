/** One RTCPeerConnection of a call with all that works on it: negotiation, recovery, and the media it carries. */

import { errorName, log } from "../lib/log.js";
import { fingerprintsOf } from "../security/code.js";
import { CameraLink } from "./cameralink.js";
import { Negotiation } from "./negotiation.js";
import { newPeerConnection } from "./peerconnection.js";
import { Reception } from "./reception.js";
import { Recovery } from "./recovery.js";
import { RemoteMedia } from "./remotemedia.js";
import { StuckConnection } from "./report.js";
import { ScreenLink } from "./screenlink.js";

/** @import {Signal} from "./negotiation.js" */
/** @import {Progress} from "./report.js" */

/**
 * @typedef {object} LinkHooks
 * @property {(signal: Signal) => void} send
 * @property {() => boolean} publishes this side sends media, not only receives them
 * @property {() => boolean} hears what the peer sends is to be shown and heard
 * @property {(stream: MediaStream | null) => void} streamed camera or microphone of the peer came, or are not to be
 *   heard any more
 * @property {(stream: MediaStream | null) => void} screened the screen of the peer came or went
 * @property {() => void} troubled no media come: the network may be gone
 * @property {(state: RTCPeerConnectionState) => void} changed the connection state changed
 */

export class PeerLink {
  pc;
  polite;
  negotiation;
  camera;
  screen;
  remote;
  #reception;
  #recovery;
  /** @type {StuckConnection | null} */
  #stuck = null;
  /** Certificates of the other side that were agreed on; empty: none yet. */
  #remoteFingerprints = "";

  /**
   * @param {RTCConfiguration} ice
   * @param {boolean} polite
   * @param {LinkHooks} hooks
   */
  constructor(ice, polite, hooks) {
    const pc = newPeerConnection(ice);
    this.pc = pc;
    this.polite = polite;
    this.negotiation = new Negotiation(pc, polite, hooks.send);
    this.#recovery = new Recovery(pc, polite, () => {
      hooks.troubled();
      pc.restartIce();
    });
    this.remote = new RemoteMedia(hooks);
    this.screen = new ScreenLink(pc, (stream) => this.remote.takeScreen(stream));
    this.camera = new CameraLink(pc, hooks.publishes);
    this.#reception = new Reception(pc, hooks.hears);
    pc.ontrack = (event) => {
      this.judge();
      if (!this.screen.take(event)) this.remote.take(event.track);
    };
    // This page opens none, so nobody has a use for one: what comes by it is read by nothing here.
    pc.ondatachannel = ({ channel }) => channel.close();
    pc.onconnectionstatechange = () => {
      this.#recovery.follow();
      hooks.changed(pc.connectionState);
    };
  }

  /**
   * A certificate is of one RTCPeerConnection: another fingerprint (RFC 8122) means that the page
   * at the other end was reloaded, or that its client cannot restart ICE.
   *
   * @param {string} sdp of the other side
   */
  isStranger(sdp) {
    return this.#remoteFingerprints !== "" && this.#remoteFingerprints !== fingerprintsOf(sdp);
  }

  /** @param {string} sdp of the other side, whose certificates count from now on */
  trust(sdp) {
    this.#remoteFingerprints = fingerprintsOf(sdp);
  }

  /** @param {RTCConfiguration} ice for the next time that candidates are gathered */
  configure(ice) {
    try {
      this.pc.setConfiguration({ ...this.pc.getConfiguration(), ...ice });
    } catch (error) {
      log("call", "ICE servers refused", errorName(error)); // a mistyped address
    }
  }

  /** Offer again, with new candidates where no media flow. */
  offerAgain() {
    if (this.pc.connectionState !== "connected") this.pc.restartIce();
    this.negotiation.offerAgain();
  }

  /** The role of the peer may have changed, or there is more that could receive. */
  judge() {
    this.#reception.fit();
    this.remote.judge();
  }

  /** The network or the server is back. */
  nudge() {
    this.#recovery.nudge();
  }

  /** @param {(progress: Progress) => void} stuck called once, if no media come through */
  watchProgress(stuck) {
    this.#stuck ??= new StuckConnection(this.pc, stuck);
  }

  close() {
    this.remote.close();
    this.negotiation.close();
    this.#recovery.close();
    this.#stuck?.close();
    this.screen.close();
    this.pc.ontrack = this.pc.ondatachannel = this.pc.onconnectionstatechange = null;
    this.pc.close();
  }
}
