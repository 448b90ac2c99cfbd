/**
 * Media received from the other side of a call, shown and heard only while its role allows it (rule TOK3). The server
 * refuses offers of who may not publish; but a role may change while media flow, which pass no server.
 */

export class RemoteMedia {
  /** Of the camera and the microphone. */
  stream = new MediaStream();
  /** The screen that is shared. @type {MediaStream | null} */
  #screen = null;
  #hears;
  #hooks;

  /**
   * @param {object} hooks
   * @param {() => boolean} hooks.hears what comes is to be shown and heard
   * @param {(stream: MediaStream | null) => void} hooks.streamed the first media came, or cease to be heard
   * @param {(stream: MediaStream | null) => void} hooks.screened the screen came or went
   */
  constructor(hooks) {
    this.#hooks = hooks;
    this.#hears = hooks.hears();
  }

  /** @param {MediaStreamTrack} track of the camera or the microphone */
  take(track) {
    const before = this.stream.getTracks();
    if (before.some(({ kind }) => kind === track.kind)) return;
    track.enabled = this.#hears;
    this.stream.addTrack(track);
    if (before.length === 0 && this.#hears) this.#hooks.streamed(this.stream);
  }

  /** @param {MediaStream | null} stream of the screen that is shared; `null`: none */
  takeScreen(stream) {
    this.#screen = stream;
    for (const track of stream?.getTracks() ?? []) track.enabled = this.#hears;
    this.#hooks.screened(this.#hears ? stream : null);
  }

  /** The role may have changed: show what comes, or cease to. */
  judge() {
    const hears = this.#hooks.hears();
    if (hears === this.#hears) return;
    this.#hears = hears;
    const tracks = this.stream.getTracks();
    for (const track of tracks) track.enabled = hears;
    if (tracks.length > 0) this.#hooks.streamed(hears ? this.stream : null);
    this.takeScreen(this.#screen);
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
