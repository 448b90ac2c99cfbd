/** Tracks and streams without devices. */

/** A camera: what it can do, and what it does now. */
export class FakeBlur {
  /** As of `getCapabilities().backgroundBlur`. @type {boolean[]} */ can = [];
  /** @type {boolean | undefined} */ on = undefined;
}

export class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState = "live";
  label = "";
  deviceId = "";
  groupId = "";
  blur = new FakeBlur();
  /** @type {Record<string, unknown>} */ constraints = {};
  /** @type {(() => void) | null} */ onended = null;
  /** @type {(() => void) | null} */ onmute = null;
  /** @type {(() => void) | null} */ onunmute = null;

  /** @param {string} kind */
  constructor(kind) {
    super();
    this.kind = kind;
  }

  getSettings() {
    const { deviceId, groupId } = this;
    return { height: 720, deviceId, groupId, ...(this.blur.on === undefined ? {} : { backgroundBlur: this.blur.on }) };
  }

  getCapabilities() {
    return this.blur.can.length > 0 ? { backgroundBlur: this.blur.can } : {};
  }

  getConstraints() {
    return this.constraints;
  }

  stop() {
    this.readyState = "ended";
  }

  /** @param {Record<string, any>} constraints */
  async applyConstraints(constraints) {
    const { backgroundBlur } = constraints;
    const wanted = backgroundBlur?.exact ?? backgroundBlur;
    if (backgroundBlur?.exact !== undefined && !this.blur.can.includes(wanted)) throw new DOMException("", "OverconstrainedError");
    this.constraints = constraints;
    // What is not asked for any more goes back to what is usual: not blurred.
    if (this.blur.can.includes(wanted ?? false)) this.blur.on = wanted ?? false;
  }

  /** The system mutes it, or lets go. @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    if (muted) this.onmute?.();
    else this.onunmute?.();
  }

  /** Its device goes away, or the browser takes it back. */
  end() {
    this.stop();
    this.onended?.();
  }
}

export class FakeStream {
  /** @type {FakeTrack[]} */
  #tracks;

  /** @param {FakeTrack[]} tracks */
  constructor(tracks = []) {
    this.#tracks = [...tracks];
  }

  getTracks() {
    return [...this.#tracks];
  }

  getVideoTracks() {
    return this.#tracks.filter(({ kind }) => kind === "video");
  }

  /** @param {FakeTrack} track */
  addTrack(track) {
    this.#tracks.push(track);
  }

  /** @param {FakeTrack} track */
  removeTrack(track) {
    this.#tracks = this.#tracks.filter((one) => one !== track);
  }
}

/**
 * Devices of a computer: cameras and microphones by id, which can be plugged in and out.
 *
 * @typedef {{deviceId: string, kind: "audioinput" | "videoinput" | "audiooutput", label: string, groupId: string}} FakeDevice
 */

/** `navigator.mediaDevices`, as far as the page uses it. */
export class FakeDevices extends EventTarget {
  /** Each device that was opened. @type {FakeTrack[]} */
  opened = [];
  /** @type {Record<string, any>[]} */
  asked = [];
  /** @type {FakeDevice[]} */
  list = [];
  /** Pages that may use no device are told no ids or names. */
  named = true;
  /** What each new camera can do. @type {() => FakeBlur} */
  blurOfNew = () => new FakeBlur();
  /** Before a device is given; it may refuse. @type {(kinds: string[]) => Promise<void>} */
  answer = async () => {};

  /** @param {Record<string, any>} constraints */
  async getUserMedia(constraints) {
    const kinds = Object.keys(constraints);
    this.asked.push(constraints);
    await this.answer(kinds);
    const tracks = kinds.map((kind) => this.#open(kind, constraints[kind]));
    this.named = true;
    this.opened.push(...tracks);
    return new FakeStream(tracks);
  }

  /** @param {string} kind @param {Record<string, any>} wanted */
  #open(kind, wanted) {
    const all = this.list.filter((device) => device.kind === `${kind}input`);
    const { exact, ideal } = wanted["deviceId"] ?? {};
    const device = all.find(({ deviceId }) => deviceId === (exact ?? ideal)) ?? (exact ? undefined : all[0]);
    if (exact && !device) throw new DOMException("", "OverconstrainedError");
    const track = new FakeTrack(kind);
    track.deviceId = device?.deviceId ?? "";
    track.label = device?.label ?? "";
    track.groupId = device?.groupId ?? "";
    if (kind === "video") track.blur = this.blurOfNew();
    if (wanted["backgroundBlur"] && track.blur.can.includes(true)) track.blur.on = true;
    return track;
  }

  async enumerateDevices() {
    return this.named ? this.list : this.list.map((device) => ({ ...device, deviceId: "", label: "", groupId: "" }));
  }

  /** @param {FakeDevice[]} list that there are from now on */
  plug(list) {
    this.list = list;
    this.dispatchEvent(new Event("devicechange"));
  }

  /** @returns {string[]} the kinds that are open */
  live() {
    return this.opened.filter(({ readyState }) => readyState === "live").map(({ kind }) => kind).sort();
  }
}

/** Web storage, which can be made to fail. */
export class FakeStorage {
  /** @type {Map<string, string>} */
  kept = new Map();
  full = false;

  /** @param {string} key */
  getItem(key) {
    return this.kept.get(key) ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    if (this.full) throw new DOMException("", "QuotaExceededError");
    this.kept.set(key, String(value));
  }

  /** @param {string} key */
  removeItem(key) {
    this.kept.delete(key);
  }
}
