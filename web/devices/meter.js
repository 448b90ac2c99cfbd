/** Level meter of an audio track. */

/** @type {AudioContext | null} */
let shared = null;

/**
 * The one AudioContext of the page; it begins to run with the first click or key.
 *
 * @returns {AudioContext}
 */
export function audioContext() {
  shared ??= new AudioContext();
  if (shared.state === "suspended") shared.resume().catch(() => {});
  return shared;
}

export class Meter {
  #source;
  #analyser;
  #samples;

  /** @param {MediaStreamTrack} track of sound */
  constructor(track) {
    const context = audioContext();
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
  }

  /** The root mean square of the latest 20 ms: 0 is silence, a loud voice some 0.3. */
  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const sum = this.#samples.reduce((total, sample) => total + sample * sample, 0);
    return Math.sqrt(sum / this.#samples.length);
  }

  close() {
    this.#source.disconnect();
  }
}
