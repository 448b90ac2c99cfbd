/** Audio output of the streams: volume, output device, and side. */

import { audioContext } from "../devices/meter.js";
import { errorName, log } from "../lib/log.js";
import { isRecord } from "../lib/own.js";
import { StoredRecord } from "../lib/stored.js";

const PLACE_MS = 200;
/** How far to the side a tile at the edge of the window is heard: not in one ear alone. */
const WIDEST = 0.8;

/** So many volumes are kept for a reload of the window; the oldest go first. */
const MOST_VOLUMES = 64;

/** One stream that is heard: by its player, or by way of a panner. */
class Voice {
  volume = 1;
  #player;
  #stream;
  /** @type {{source: MediaStreamAudioSourceNode, panner: StereoPannerNode, gain: GainNode} | null} */
  #way = null;

  /**
   * @param {HTMLMediaElement} player
   * @param {MediaStream} stream
   */
  constructor(player, stream) {
    this.#player = player;
    this.#stream = stream;
  }

  /** @param {string} speaker id of the device; empty: the one of the system */
  async playOn(speaker) {
    try {
      // Not in every browser (W3C audio-output).
      if ("setSinkId" in this.#player) await this.#player.setSinkId(speaker);
    } catch (error) {
      log("sound", "speaker", errorName(error));
      if (speaker) await this.playOn(""); // it was unplugged
    }
  }

  /** @param {boolean} spatial */
  route(spatial) {
    // Without sound there is nothing to pan, and a source node cannot be made.
    if (spatial && !this.#way && this.#stream.getAudioTracks().length > 0) {
      const context = audioContext();
      const source = context.createMediaStreamSource(this.#stream);
      const panner = new StereoPannerNode(context);
      const gain = new GainNode(context);
      source.connect(panner).connect(gain).connect(context.destination);
      this.#way = { source, panner, gain };
    } else if (!spatial && this.#way) {
      this.#way.source.disconnect();
      this.#way.gain.disconnect();
      this.#way = null;
    }
    // The player goes on, silently: Chromium feeds the source only while something plays the stream.
    this.#player.muted = this.#way !== null;
    this.setVolume(this.volume);
  }

  /** @param {number} volume from 0 to 1 */
  setVolume(volume) {
    this.volume = volume;
    this.#player.volume = volume;
    if (this.#way) this.#way.gain.gain.value = volume;
  }

  /** @param {number} side -1 is left, 1 right */
  place(side) {
    if (this.#way) this.#way.panner.pan.value = side * WIDEST;
  }
}

export class Sound {
  #placeOf;
  /** By stream id. @type {Map<string, Voice>} */
  #voices = new Map();
  /** @type {StoredRecord<{volumes: Record<string, number>}>} */
  #kept = new StoredRecord("window", "canvas-server.sound", { volumes: asVolumes });
  /** By stream id, also of those that are not heard just now. @type {Map<string, number>} */
  #volumes = new Map(Object.entries(this.#kept.read().volumes ?? {}));
  #speaker = "";
  #spatial = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {(streamId: string) => Element | undefined} placeOf what shows a stream */
  constructor(placeOf) {
    this.#placeOf = placeOf;
  }

  /**
   * @param {string} streamId
   * @param {HTMLMediaElement} player
   * @param {MediaStream} stream
   */
  add(streamId, player, stream) {
    this.remove(streamId);
    const voice = new Voice(player, stream);
    voice.volume = this.volumeOf(streamId);
    this.#voices.set(streamId, voice);
    if (this.#speaker) voice.playOn(this.#speaker);
    voice.route(this.#pans);
    // The sound may come after the picture.
    stream.addEventListener("addtrack", () => {
      if (this.#voices.get(streamId) === voice) voice.route(this.#pans);
    });
  }

  /** Until a context may play, after the first click or key, the players do: nobody is silent because of it. */
  get #pans() {
    return this.#spatial && audioContext().state === "running";
  }

  /** The person has clicked or pressed a key: the browser lets sound begin. */
  wake() {
    if (this.#spatial) audioContext();
  }

  #route = () => {
    for (const voice of this.#voices.values()) voice.route(this.#pans);
  };

  /** @param {string} streamId */
  remove(streamId) {
    this.#voices.get(streamId)?.route(false);
    this.#voices.delete(streamId);
  }

  /**
   * @param {string} streamId
   * @returns {number} from 0 to 1
   */
  volumeOf(streamId) {
    return this.#volumes.get(streamId) ?? 1;
  }

  /**
   * @param {string} streamId
   * @param {number} volume from 0 to 1
   */
  setVolume(streamId, volume) {
    this.#volumes.delete(streamId);
    this.#volumes.set(streamId, volume);
    this.#kept.write({ volumes: Object.fromEntries([...this.#volumes].slice(-MOST_VOLUMES)) });
    this.#voices.get(streamId)?.setVolume(volume);
  }

  /** @param {string} speaker id of the device; empty: the one of the system */
  setSpeaker(speaker) {
    this.#speaker = speaker;
    for (const voice of this.#voices.values()) voice.playOn(speaker);
    this.#followSpeaker();
  }

  /** @param {boolean} spatial each stream is heard from where its tile is in the window */
  setSpatial(spatial) {
    this.#spatial = spatial;
    if (spatial) audioContext().addEventListener("statechange", this.#route);
    this.#route();
    this.#followSpeaker();
    clearInterval(this.#timer);
    if (spatial) this.#timer = setInterval(() => this.#place(), PLACE_MS);
  }

  /** What is panned is played by the context, not by the players. */
  #followSpeaker() {
    if (!this.#spatial) return;
    const context = /** @type {AudioContext & {setSinkId?: (id: string) => Promise<void>}} */ (audioContext());
    context.setSinkId?.(this.#speaker).catch((error) => {
      log("sound", "speaker", errorName(error));
      return context.setSinkId?.("").catch(() => {});
    });
  }

  #place() {
    for (const [streamId, voice] of this.#voices) {
      const box = this.#placeOf(streamId)?.getBoundingClientRect();
      const middle = box ? (box.left + box.right) / innerWidth - 1 : 0;
      voice.place(Math.min(1, Math.max(-1, middle)));
    }
  }
}

/**
 * @param {unknown} kept
 * @returns {Record<string, number> | undefined}
 */
function asVolumes(kept) {
  if (!isRecord(kept)) return undefined;
  const volumes = Object.entries(kept).filter(([, volume]) => typeof volume === "number" && volume >= 0 && volume <= 1);
  return /** @type {Record<string, number>} */ (Object.fromEntries(volumes.slice(-MOST_VOLUMES)));
}
