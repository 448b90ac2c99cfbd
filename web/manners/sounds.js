/**
 * Player of the page's own tones, made by the browser (W3C Web Audio): no file is loaded. Silent until the person has
 * clicked or pressed a key, as browsers want it, and where they want it quiet.
 */

import { audioContext } from "../devices/meter.js";
import { CHIME, RING, RING_SECONDS } from "./tones.js";

/** @import {Choices} from "../devices/choices.js" */
/** @import {Note} from "./tones.js" */

/** A note begins within so many seconds, without a click. */
const ATTACK = 0.012;
/** A tone that is broken off fades within so many. */
const FADE = 0.06;
/** As good as silence: an exponential ramp never reaches 0. */
const SILENT = 0.0001;

export class Sounds {
  #choices;
  /** Somebody rings. */
  #rings = false;
  /** Of the ring that is heard. @type {{gain: GainNode, timer: ReturnType<typeof setInterval>} | null} */
  #ringing = null;
  #mayPlay;

  /**
   * @param {Choices} choices of this person
   * @param {() => boolean} [mayPlay] the person has done something in this page
   */
  constructor(choices, mayPlay = hasBeenUsed) {
    this.#choices = choices;
    this.#mayPlay = mayPlay;
    choices.on("changed", () => this.#follow());
  }

  get #isQuiet() {
    return this.#choices.get("quiet");
  }

  /** @param {boolean} rings */
  ring(rings) {
    this.#rings = rings;
    this.#follow();
  }

  /** Somebody has come. */
  chime() {
    if (this.#isQuiet || this.#rings || !this.#mayPlay()) return;
    const context = audioContext();
    if (context.state !== "running") return; // late it would say nothing
    play(context, CHIME, outlet(context));
  }

  /** The person has clicked or pressed a key: what rings may be heard from now on. */
  wake() {
    this.#follow();
  }

  #follow() {
    const isHeard = this.#rings && !this.#isQuiet && this.#mayPlay();
    if (isHeard === (this.#ringing !== null)) return;
    if (!isHeard) return this.#silence();
    const context = audioContext();
    const gain = outlet(context);
    const once = () => {
      if (context.state === "running") play(context, RING, gain);
    };
    this.#ringing = { gain, timer: setInterval(once, RING_SECONDS * 1_000) };
    if (context.state === "running") return once();
    const { timer } = this.#ringing;
    void context.resume().then(() => {
      if (this.#ringing?.timer === timer) once();
    }, () => {});
  }

  #silence() {
    if (!this.#ringing) return;
    const { gain, timer } = this.#ringing;
    this.#ringing = null;
    clearInterval(timer);
    gain.gain.setTargetAtTime(0, gain.context.currentTime, FADE / 3);
    setTimeout(() => gain.disconnect(), FADE * 4_000);
  }
}

/** @returns {boolean} the browser lets sound begin without a complaint */
function hasBeenUsed() {
  return /** @type {{userActivation?: UserActivation}} */ (navigator).userActivation?.hasBeenActive ?? true;
}

/** @param {AudioContext} context */
function outlet(context) {
  const gain = new GainNode(context, { gain: 1 });
  gain.connect(context.destination);
  return gain;
}

/**
 * @param {AudioContext} context
 * @param {readonly Note[]} notes
 * @param {AudioNode} to
 */
function play(context, notes, to) {
  const start = context.currentTime + 0.02;
  for (const { hertz, at, seconds, loud } of notes) {
    const bell = new GainNode(context, { gain: 0 });
    bell.gain.setValueAtTime(SILENT, start + at);
    bell.gain.exponentialRampToValueAtTime(loud, start + at + ATTACK);
    bell.gain.exponentialRampToValueAtTime(SILENT, start + at + seconds);
    bell.connect(to);
    const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
    tone.connect(bell);
    tone.onended = () => bell.disconnect();
    tone.start(start + at);
    tone.stop(start + at + seconds);
  }
}
