/** Web Audio without sound: what was started, and what is connected. */

class FakeParam {
  value = 1;
  /** @param {number} value */
  setValueAtTime(value) {
    this.value = value;
  }
  /** @param {number} value */
  exponentialRampToValueAtTime(value) {
    if (value <= 0) throw new RangeError("an exponential ramp never reaches 0");
    this.value = value;
  }
  /** @param {number} value */
  setTargetAtTime(value) {
    this.value = value;
  }
}

class FakeNode {
  gain = new FakeParam();
  pan = { value: 0 };
  #isConnected = false;

  /** @param {FakeAudioContext} context */
  constructor(context) {
    this.context = context;
    if (this.isOutlet) context.outlets.push(this);
  }

  get isOutlet() {
    return false;
  }

  /** @param {unknown} to */
  connect(to) {
    if (to === this.context.destination) this.context.connected += 1;
    this.#isConnected ||= to === this.context.destination;
    return to;
  }

  disconnect() {
    if (this.#isConnected) this.context.connected -= 1;
    this.#isConnected = false;
  }
}

class FakeGain extends FakeNode {
  get isOutlet() {
    return true;
  }
}

class FakeOscillator extends FakeNode {
  /** @param {number} at */
  start(at) {
    this.context.started.push(at);
  }
  stop() {}
}

class FakeAnalyser extends FakeNode {
  fftSize = 4;
  /** @param {Float32Array} samples */
  getFloatTimeDomainData(samples) {
    samples.fill(this.context.level);
  }
}

export class FakeAudioContext extends EventTarget {
  state = "running";
  currentTime = 0;
  destination = {};
  /** When oscillators begin. @type {number[]} */
  started = [];
  /** @type {FakeGain[]} */
  outlets = [];
  /** How many nodes lead to the loudspeaker. */
  connected = 0;
  /** Of what is heard. */
  level = 0;

  reset() {
    this.state = "running";
    this.started = [];
    this.outlets = [];
    this.connected = this.level = 0;
  }

  async resume() {}

  createMediaStreamSource() {
    return new FakeNode(this);
  }
}

/** @param {FakeAudioContext} context that the page gets as its own */
export function installAudio(context) {
  Object.assign(globalThis, {
    AudioContext: class {
      constructor() {
        return context;
      }
    },
    GainNode: FakeGain,
    OscillatorNode: FakeOscillator,
    AnalyserNode: FakeAnalyser,
  });
}
