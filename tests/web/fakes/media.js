/** Tracks and streams without devices. */

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = "live";
  /** @type {(() => void) | null} */ onended = null;
  /** @type {(() => void) | null} */ onmute = null;
  /** @type {(() => void) | null} */ onunmute = null;

  /** @param {string} kind */
  constructor(kind) {
    super();
    this.kind = kind;
  }

  getSettings() {
    return { height: 720 };
  }

  stop() {
    this.readyState = "ended";
  }

  async applyConstraints() {}
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
