/**
 * The transceivers of shared screens within one peer connection: media sections of their own, which are kept when
 * sharing ends and used again. They come after those of the camera, so the first medium of a kind that a peer sends is
 * its camera or microphone, the next one belongs to its screen.
 */

import { errorName, log } from "../lib/log.js";
import { KINDS } from "./peerconnection.js";

export class ScreenLink {
  /** The screen of the other side. */
  remote = new MediaStream();
  #pc;
  #seen;
  /** What carries ours, by kind. @type {Map<string, RTCRtpTransceiver>} */
  #sending = new Map();
  /** What carries their camera and microphone, by kind. @type {Map<string, RTCRtpTransceiver>} */
  #camera = new Map();

  /**
   * @param {RTCPeerConnection} pc
   * @param {(stream: MediaStream | null) => void} seen the screen of the other side came or went
   */
  constructor(pc, seen) {
    this.#pc = pc;
    this.#seen = seen;
  }

  /** What carries the picture of our screen, once there was one. */
  get videoSender() {
    return this.#sending.get("video")?.sender;
  }

  /**
   * Send a screen from now on.
   *
   * @param {MediaStream | null} stream `null`: none
   */
  send(stream) {
    for (const kind of KINDS) {
      const track = stream?.getTracks().find((track) => track.kind === kind) ?? null;
      const carrier = this.#sending.get(kind);
      if (carrier) {
        carrier.direction = track ? "sendonly" : "inactive";
        carrier.sender.replaceTrack(track).catch((error) => log("screen", errorName(error)));
      } else if (track && stream) {
        // By addTransceiver: addTrack might take over the section of a camera that sends nothing.
        const made = this.#pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
        this.#sending.set(kind, made);
      }
    }
  }

  /**
   * Take a track of the other side, if it is of its screen.
   *
   * @param {RTCTrackEvent} event
   * @returns {boolean} whether it is
   */
  take({ track, transceiver }) {
    const camera = this.#camera.get(track.kind) ?? transceiver;
    this.#camera.set(track.kind, camera);
    if (camera === transceiver) return false;
    if (!this.remote.getTracks().includes(track)) this.remote.addTrack(track);
    if (track.kind === "video") {
      // Muted while the other side shares nothing (W3C webrtc-pc section 4.4.1.5, "mute").
      track.onmute = () => this.#seen(null);
      track.onunmute = () => this.#seen(this.remote);
      this.#seen(this.remote);
    }
    return true;
  }

  close() {
    for (const track of this.remote.getTracks()) {
      track.onmute = track.onunmute = null;
      track.stop();
    }
  }
}
