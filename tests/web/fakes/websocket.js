/** A WebSocket in the hands of a test. */

export class FakeWebSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  /** All of them, in the order in which they were made. @type {FakeWebSocket[]} */
  static made = [];

  readyState = FakeWebSocket.CONNECTING;
  /** @type {((event: any) => void) | null} */ onopen = null;
  /** @type {((event: any) => void) | null} */ onmessage = null;
  /** @type {((event: any) => void) | null} */ onclose = null;
  /** What the code under test has sent. @type {any[]} */
  sent = [];
  /** The code with which it closed this; 0: it has not. */
  closedWith = 0;

  /** @param {string | URL} url */
  constructor(url) {
    this.url = String(url);
    FakeWebSocket.made.push(this);
  }

  /** @returns {FakeWebSocket} */
  static get latest() {
    return /** @type {FakeWebSocket} */ (FakeWebSocket.made.at(-1));
  }

  /** @param {string} text */
  send(text) {
    if (this.readyState === FakeWebSocket.CONNECTING) throw new DOMException("", "InvalidStateError");
    if (this.readyState === FakeWebSocket.OPEN) this.sent.push(JSON.parse(text));
  }

  /** @param {number} code */
  close(code) {
    this.closedWith = code;
    this.readyState = FakeWebSocket.CLOSED;
  }

  // --- in the hands of the test --------------------------------------------------------------

  /** The server accepts. */
  accept() {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.({});
  }

  /** @param {object} message that the server sends */
  receive(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /**
   * The other side closes, or what is between.
   *
   * @param {number} [code]
   * @param {string} [reason]
   */
  fail(code = 1006, reason = "") {
    this.readyState = FakeWebSocket.CLOSED;
    this.onclose?.({ code, reason });
  }

  /** @param {string} type */
  ofType(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

/** Take the place of the browser's own, for the rest of this process. */
export function installWebSocket() {
  Object.assign(globalThis, { WebSocket: FakeWebSocket });
}
