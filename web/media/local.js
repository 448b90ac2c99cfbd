/** The camera and the microphone of this page: on while there is a call, off otherwise. */

import { Emitter } from "../emitter.js";
import { errorName, log } from "../log.js";
import { applyToCamera } from "../calls/quality.js";

/** @import {SendingQuality} from "../calls/quality.js" */
/** @import {Choices} from "../devices/choices.js" */

/** @typedef {"audio" | "video"} MediaKind */

/**
 * Why something is missing. `refused`: the person or the browser said no; `missing`: there is no
 * device; `busy`: another program has it; `insecure`: the page was not loaded over HTTPS or from
 * this machine; `lost`: the device went away.
 *
 * @typedef {"refused" | "missing" | "busy" | "insecure" | "lost"} MediaFault
 */

/**
 * `changed`: other tracks, or a track was switched. `fault`: these kinds cannot be used. `found`: one
 * that was lost is there again.
 *
 * @typedef {{changed: null, fault: {kinds: MediaKind[], fault: MediaFault}, found: MediaKind}} MediaEvents
 */

const CONSTRAINTS = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/** @extends {Emitter<MediaEvents>} */
export class LocalMedia extends Emitter {
  /**
   * What the calls send; empty until the devices are ready, `null` while there is no call.
   *
   * @type {MediaStream | null}
   */
  stream = null;
  /** Still waiting for the devices, perhaps for the person to allow them. */
  starting = false;
  /** When they are ready, or are known not to be there. */
  #started = Promise.resolve();
  /** What the person wants to be on. */
  #wanted = { audio: true, video: true };
  /** What went away during the present call. @type {Set<MediaKind>} */
  #lost = new Set();
  /** @type {SendingQuality | null} */
  #quality = null;
  #choices;
  #off;
  /** The latest device that was asked for, by kind. @type {Record<MediaKind, number>} */
  #asked = { audio: 0, video: 0 };

  /**
   * @param {Choices} choices which devices the person wants
   * @param {() => boolean} [mayPublish] without that nothing is turned on
   */
  constructor(choices, mayPublish = () => true) {
    super();
    this.mayPublish = mayPublish;
    this.#choices = choices;
    this.#off = choices.on("changed", (name) => {
      if (name === "audio" || name === "video") this.#change(name);
    });
  }

  /** Turn the devices off, and take no more notice of what is chosen. */
  close() {
    this.stop();
    this.#off();
  }

  /**
   * Let the browser look for the devices. That asks nobody, turns nothing on, and the first call
   * need not wait for it.
   */
  prepare() {
    navigator.mediaDevices?.enumerateDevices().catch(() => {});
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#findLost());
  }

  /**
   * Turn the devices on. Returns at once with a stream that fills when they are ready.
   *
   * @returns {MediaStream}
   */
  start() {
    if (this.stream) return this.stream;
    const stream = new MediaStream();
    this.stream = stream;
    if (!this.mayPublish()) return stream;
    this.starting = true;
    this.#started = this.#fill(stream).finally(() => {
      if (this.stream !== stream) return;
      this.starting = false;
      this.emit("changed", null);
    });
    return stream;
  }

  /** Turn the devices off: their lights go out. */
  stop() {
    const stream = this.stream;
    this.stream = null;
    this.starting = false;
    this.#lost.clear();
    this.#quality = null;
    this.#wanted = { audio: true, video: true };
    for (const track of stream?.getTracks() ?? []) stopTrack(track);
    if (stream) this.emit("changed", null);
  }

  /**
   * @param {MediaKind} kind
   * @returns {MediaStreamTrack | null}
   */
  track(kind) {
    return this.stream?.getTracks().find((track) => track.kind === kind) ?? null;
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} there is a track and it is on
   */
  isOn(kind) {
    return this.track(kind)?.enabled ?? false;
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} the person wants it on, whether or not there is a device
   */
  isWanted(kind) {
    return this.#wanted[kind];
  }

  /** @param {SendingQuality} quality of the pictures from now on */
  setQuality(quality) {
    const { height, framerate } = this.#quality ?? {};
    if (quality.height === height && quality.framerate === framerate) return;
    this.#quality = quality;
    this.#scale();
  }

  #scale() {
    const track = this.track("video");
    if (!track || !this.#quality) return;
    applyToCamera(track, this.#quality)
      .then(() => this.emit("changed", null)) // its pictures have another size
      .catch((error) => log("media", "scale", errorName(error)));
  }

  /** @param {MediaKind} kind */
  toggle(kind) {
    this.#wanted[kind] = !this.#wanted[kind];
    const track = this.track(kind);
    if (track) track.enabled = this.#wanted[kind];
    this.emit("changed", null);
  }

  /**
   * Ask for both devices; if that fails for each alone, so that one that is missing does not take
   * the other along.
   *
   * @param {MediaStream} stream
   */
  async #fill(stream) {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.emit("fault", { kinds: ["audio", "video"], fault: "insecure" });
      return;
    }
    try {
      await this.#add(stream, ["audio", "video"]);
      return;
    } catch (error) {
      log("media", "both", errorName(error));
    }
    /** @type {Map<MediaFault, MediaKind[]>} */
    const faults = new Map();
    for (const kind of /** @type {MediaKind[]} */ (["video", "audio"])) {
      try {
        await this.#add(stream, [kind]);
      } catch (error) {
        log("media", kind, errorName(error));
        const fault = faultOf(error);
        faults.set(fault, [...(faults.get(fault) ?? []), kind]);
      }
    }
    if (this.stream !== stream) return;
    for (const [fault, kinds] of faults) this.emit("fault", { kinds, fault });
  }

  /**
   * @param {MediaStream} stream
   * @param {MediaKind[]} kinds
   */
  async #add(stream, kinds) {
    if (this.stream !== stream) return;
    const found = await this.#open(kinds);
    for (const track of found.getTracks()) {
      // The last call may have ended while the person was being asked.
      if (this.stream !== stream) {
        track.stop();
        continue;
      }
      this.#take(stream, track);
    }
    if (this.stream === stream) this.emit("changed", null);
  }

  /**
   * Open the devices that were chosen, or others where those are not there.
   *
   * @param {MediaKind[]} kinds
   * @returns {Promise<MediaStream>}
   */
  async #open(kinds) {
    const chosen = kinds.map((kind) => {
      const deviceId = this.#choices.get(kind);
      // `ideal` would be weighed against the size of the pictures.
      return [kind, deviceId ? { ...CONSTRAINTS[kind], deviceId: { exact: deviceId } } : CONSTRAINTS[kind]];
    });
    try {
      return await navigator.mediaDevices.getUserMedia(Object.fromEntries(chosen));
    } catch (error) {
      if (errorName(error) !== "OverconstrainedError") throw error;
      const any = kinds.map((kind) => [kind, CONSTRAINTS[kind]]);
      return navigator.mediaDevices.getUserMedia(Object.fromEntries(any));
    }
  }

  /**
   * The person has chosen another device: calls go on with its track in the place of the old one, without
   * being negotiated anew (`replaceTrack`, W3C webrtc-pc section 5.2).
   *
   * @param {MediaKind} kind
   */
  async #change(kind) {
    const { stream } = this;
    if (!stream) return; // the next call takes it
    if (this.starting) return void this.#started.then(() => this.#change(kind));
    const asked = ++this.#asked[kind];
    const present = this.track(kind);
    try {
      const found = await this.#replace(kind, present);
      const [track] = found.getTracks();
      if (!track) return;
      if (this.stream !== stream || asked !== this.#asked[kind]) return track.stop();
      const before = this.track(kind);
      if (before) {
        stream.removeTrack(before);
        stopTrack(before);
      }
      this.#lost.delete(kind);
      this.#take(stream, track);
      this.emit("changed", null);
    } catch (error) {
      log("media", "change", kind, errorName(error));
      if (this.stream !== stream) return;
      this.emit("fault", { kinds: [kind], fault: faultOf(error) });
      if (present?.readyState === "ended") this.#lose(stream, present, kind);
    }
  }

  /**
   * @param {MediaKind} kind
   * @param {MediaStreamTrack | null} present
   */
  async #replace(kind, present) {
    try {
      return await this.#open([kind]);
    } catch (error) {
      if (errorName(error) !== "NotReadableError" || !present) throw error;
      // Some systems open one camera at a time.
      stopTrack(present);
      return this.#open([kind]);
    }
  }

  /**
   * @param {MediaStream} stream
   * @param {MediaStreamTrack} track
   */
  #take(stream, track) {
    const kind = /** @type {MediaKind} */ (track.kind);
    track.enabled = this.#wanted[kind];
    track.onended = () => this.#lose(stream, track, kind);
    stream.addTrack(track);
    if (kind === "video") this.#scale();
  }

  /**
   * A device was unplugged, or the permission was taken back; the call goes on without it.
   *
   * @param {MediaStream} stream
   * @param {MediaStreamTrack} track
   * @param {MediaKind} kind
   */
  async #lose(stream, track, kind) {
    stream.removeTrack(track);
    if (this.stream !== stream) return;
    this.emit("changed", null);
    const fault = (await isRefused(kind)) ? "refused" : "lost";
    if (this.stream !== stream) return;
    this.#lost.add(kind);
    this.emit("fault", { kinds: [kind], fault });
    if (fault === "lost") this.#findLost(); // there may be another device
  }

  /** Devices have come or gone: replace those that were lost. */
  async #findLost() {
    const stream = this.stream;
    if (!stream || this.starting) return;
    for (const kind of [...this.#lost]) {
      if (this.track(kind)) continue;
      try {
        await this.#add(stream, [kind]);
        if (this.stream !== stream || !this.track(kind)) return;
        this.#lost.delete(kind);
        this.emit("found", kind);
      } catch (error) {
        log("media", "still no", kind, errorName(error));
      }
    }
  }
}

/**
 * @param {MediaKind} kind
 * @returns {Promise<boolean>} the person or the browser does not allow it (any more)
 */
async function isRefused(kind) {
  const name = kind === "video" ? "camera" : "microphone";
  try {
    const status = await navigator.permissions.query({ name: /** @type {any} */ (name) });
    return status.state !== "granted";
  } catch {
    return false; // a browser that does not tell
  }
}

/** @param {MediaStreamTrack} track */
function stopTrack(track) {
  track.onended = null;
  track.stop();
}

/**
 * The errors of getUserMedia (W3C mediacapture-main, section 10.2).
 *
 * @param {unknown} error
 * @returns {MediaFault}
 */
function faultOf(error) {
  switch (errorName(error)) {
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "refused";
  }
}
