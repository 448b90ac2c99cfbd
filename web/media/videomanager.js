/** Players of the streams: brings each stream and the tile that shows it together, whichever comes first. */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";
import { Sound } from "./sound.js";
import { fitOf } from "../layouts/packing.js";
import { cameraOf, screenOf } from "../scene/scene.js";

/**
 * `blocked`: the browser wants a click before it plays sound; `false` when it plays. `streams`: that stream came or went.
 * `sized`: its picture has other proportions.
 *
 * @typedef {{blocked: boolean, streams: string, sized: string}} VideoEvents
 */

/**
 * `own`: of this page, so it is shown without sound; a camera of its own mirrored, as in a mirror.
 *
 * @typedef {{stream: MediaStream, own: boolean, mirrored: boolean, player: HTMLMediaElement | null}} Source
 */

const LEAST_PIXELS = 16;

/** @extends {Emitter<VideoEvents>} */
export class VideoManager extends Emitter {
  /** Whose streams are those of this page. @type {string | null} */
  ownPeerId = null;
  /** By stream id. @type {Map<string, Source>} */
  #sources = new Map();
  /** The places of the tiles, by stream id. @type {Map<string, HTMLElement>} */
  #slots = new Map();
  /** What shows a stream beside its tile, with the frame beyond which it is not seen. @type {Map<string, Map<HTMLElement, HTMLElement>>} */
  #views = new Map();
  /** The tile of a stream is below something that covers all of it. @type {(streamId: string) => boolean} */
  isCovered = () => false;
  /** Width by height of the pictures that were seen, by stream id. @type {Map<string, number>} */
  #aspects = new Map();
  /** @type {Set<HTMLMediaElement>} */
  #blocked = new Set();
  /** How the others are heard. */
  sound = new Sound((streamId) => this.slotOf(streamId));

  constructor() {
    super();
    for (const gesture of ["click", "keydown"]) {
      document.addEventListener(gesture, () => this.#retry(), { capture: true });
    }
    // Some systems pause what plays while another program has the sound, and leave it so.
    document.addEventListener("visibilitychange", () => this.#resume());
  }

  /**
   * @param {MediaStream} stream
   * @param {string} peerId
   */
  addPeerStream(stream, peerId) {
    this.#add(cameraOf(peerId), stream, peerId === this.ownPeerId);
  }

  /** @param {string} peerId */
  removeStream(peerId) {
    this.#remove(cameraOf(peerId));
  }

  /**
   * @param {MediaStream} stream of a screen that a peer shares
   * @param {string} peerId
   */
  addScreenStream(stream, peerId) {
    this.#add(screenOf(peerId), stream, peerId === this.ownPeerId);
  }

  /** @param {string} peerId */
  removeScreenStream(peerId) {
    this.#remove(screenOf(peerId));
  }

  /**
   * @param {string} streamId
   * @param {MediaStream} stream
   * @param {boolean} own
   */
  #add(streamId, stream, own) {
    if (this.#sources.get(streamId)?.stream === stream) return;
    this.#remove(streamId);
    const mirrored = own && streamId.startsWith("peer-");
    this.#sources.set(streamId, { stream, own, mirrored, player: null });
    this.#join(streamId);
    this.emit("streams", streamId);
  }

  /** @param {string} streamId */
  #remove(streamId) {
    const source = this.#sources.get(streamId);
    if (!source) return;
    this.sound.remove(streamId);
    this.#dropPlayer(source);
    this.#sources.delete(streamId);
    this.#aspects.delete(streamId);
    this.#slots.get(streamId)?.removeAttribute("data-live");
    this.emit("streams", streamId);
  }

  /**
   * What shows a stream once more, beside its tile.
   *
   * @param {string} streamId
   * @returns {{stream: MediaStream, mirrored: boolean} | null}
   */
  sourceOf(streamId) {
    return this.#sources.get(streamId) ?? null;
  }

  /**
   * @param {string} streamId
   * @param {HTMLElement} node
   * @param {HTMLElement} frame
   */
  addView(streamId, node, frame) {
    const views = this.#views.get(streamId) ?? new Map();
    this.#views.set(streamId, views.set(node, frame));
  }

  /**
   * @param {string} streamId
   * @param {HTMLElement} node
   */
  removeView(streamId, node) {
    const views = this.#views.get(streamId);
    views?.delete(node);
    if (views?.size === 0) this.#views.delete(streamId);
  }

  /**
   * All that shows a stream: its tile and what is beside it.
   *
   * @param {string} streamId
   * @param {HTMLElement} stage the frame of the tiles
   * @returns {[HTMLElement, HTMLElement][]} nodes with their frames
   */
  viewsOf(streamId, stage) {
    const slot = this.isCovered(streamId) ? undefined : this.#slots.get(streamId);
    return [...(slot ? [/** @type {[HTMLElement, HTMLElement]} */ ([slot, stage])] : []), ...(this.#views.get(streamId) ?? [])];
  }

  /**
   * @param {string} streamId
   * @returns {number | null} width by height of its picture; `null`: none was seen yet
   */
  aspectOf(streamId) {
    return this.#aspects.get(streamId) ?? null;
  }

  /**
   * @param {string} streamId
   * @param {HTMLVideoElement} video that shows it
   */
  noteSize(streamId, { videoWidth, videoHeight }) {
    // Before the first picture there is none; while a camera is off some browsers send a few black dots.
    if (videoWidth < LEAST_PIXELS || videoHeight < LEAST_PIXELS) return;
    const aspect = videoWidth / videoHeight;
    if (this.#aspects.get(streamId) === aspect) return;
    this.#aspects.set(streamId, aspect);
    this.emit("sized", streamId);
  }

  /**
   * A tile for a stream is on the canvas: its video goes into `slot`.
   *
   * @param {string} streamId
   * @param {HTMLElement} slot
   */
  addSlot(streamId, slot) {
    this.#slots.set(streamId, slot);
    this.#join(streamId);
  }

  /**
   * The tile is gone; the peer is heard on.
   *
   * @param {string} streamId
   * @param {HTMLElement} slot
   */
  removeSlot(streamId, slot) {
    if (this.#slots.get(streamId) !== slot) return;
    this.#slots.delete(streamId);
    this.#join(streamId);
  }

  /**
   * @param {string} streamId
   * @returns {HTMLElement | undefined} the place of its tile
   */
  slotOf(streamId) {
    return this.#slots.get(streamId);
  }

  /** @param {string} streamId */
  #join(streamId) {
    const source = this.#sources.get(streamId);
    if (!source) return;
    this.#dropPlayer(source);
    const slot = this.#slots.get(streamId);
    if (slot) source.player = this.#show(source, streamId, slot);
    else if (!source.own) source.player = new Audio();
    if (!source.player) return;
    source.player.autoplay = true;
    source.player.srcObject = source.stream;
    if (!source.own) this.sound.add(streamId, source.player, source.stream);
    this.#play(source.player);
  }

  /**
   * @param {Source} source
   * @param {string} streamId
   * @param {HTMLElement} slot
   * @returns {HTMLVideoElement}
   */
  #show(source, streamId, slot) {
    const video = document.createElement("video");
    video.dataset["streamId"] = streamId;
    video.playsInline = true;
    video.setAttribute("playsinline", "");
    video.muted = source.own;
    video.classList.toggle("mirrored", source.mirrored);
    video.disablePictureInPicture = source.own;
    const look = () => {
      slot.toggleAttribute("data-live", video.videoWidth > 0);
      this.noteSize(streamId, video);
      if (streamId.startsWith("screen-")) return; // all of it is seen
      const cell = slot.clientWidth / Math.max(1, slot.clientHeight);
      video.style.objectFit = fitOf(video.videoWidth / Math.max(1, video.videoHeight), cell);
    };
    video.addEventListener("loadeddata", look);
    video.addEventListener("resize", look);
    slot.replaceChildren(video);
    return video;
  }

  /** @param {HTMLMediaElement} player */
  async #play(player) {
    try {
      await player.play();
      if (this.#blocked.delete(player) && this.#blocked.size === 0) this.emit("blocked", false);
    } catch (error) {
      // AbortError: it was taken away before it began.
      if (errorName(error) !== "NotAllowedError" || !player.srcObject) return;
      log("video", "autoplay refused");
      this.#blocked.add(player);
      this.emit("blocked", true);
    }
  }

  #resume() {
    if (document.visibilityState !== "visible") return;
    for (const { player } of this.#sources.values()) if (player?.paused) void this.#play(player);
  }

  #retry() {
    this.sound.wake();
    for (const player of this.#blocked) this.#play(player);
  }

  /** @param {Source} source */
  #dropPlayer(source) {
    const player = source.player;
    source.player = null;
    if (!player) return;
    if (this.#blocked.delete(player) && this.#blocked.size === 0) this.emit("blocked", false);
    player.pause();
    player.srcObject = null;
    player.remove();
  }
}
