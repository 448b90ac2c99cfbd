/** A chat server in memory, and connections to it that break: what is sent to it, it stores once, tells and acknowledges. */

import { Emitter } from "../../../web/lib/emitter.js";

/** @typedef {Record<string, any>} Message */

const PAGE = 5;

export class FakeChatServer {
  /** @type {Message[]} */
  messages = [];
  /** By sender and `message_id`. @type {Map<string, number>} */
  #stored = new Map();
  /** @type {FakeChatConnection[]} */
  connections = [];
  #last = 0;
  /** The code with which everything is refused. */
  refuses = "";
  /** Nothing is answered, though it is done. */
  silent = false;
  /** On the way to pages. @type {(() => void)[]} */
  #way = [];

  /** @param {string} peerId */
  connect(peerId) {
    const connection = new FakeChatConnection(peerId, this);
    this.connections.push(connection);
    return connection;
  }

  /** Let what is on its way arrive. */
  pump() {
    for (let next = this.#way.shift(); next; next = this.#way.shift()) next();
  }

  /** @param {() => void} arrive */
  bring(arrive) {
    this.#way.push(arrive);
  }

  /**
   * @param {FakeChatConnection} from
   * @param {Message} message
   */
  receive(from, message) {
    const { type, message_id } = message;
    const answer = (/** @type {Message} */ one) => {
      if (!this.silent) from.deliver(one);
    };
    if (this.refuses) return answer({ type: "error", code: this.refuses, message: "", message_id });
    if (type === "get_chat") {
      const mine = this.messages.filter((one) => this.#isFor(one, from.peerId) && one["id"] < (message["before"] ?? Infinity));
      return answer({ type: "chat_history", messages: mine.slice(-PAGE), more: mine.length > PAGE, message_id });
    }
    if (type === "remove_chat") {
      if (!this.messages.some(({ id }) => id === message["id"])) return answer({ type: "error", code: "chat_not_found", message: "", message_id });
      this.messages = this.messages.filter(({ id }) => id !== message["id"]);
      this.#tell({ type: "chat_removed", id: message["id"] });
      return answer({ type: "ack", message_id, success: true, result: { revision: 0, id: "" } });
    }
    if (type === "clear_chat") {
      this.messages = [];
      return this.#tell({ type: "chat_cleared" });
    }
    const key = `${from.peerId} ${message_id}`;
    const known = this.#stored.get(key);
    const id = known ?? ++this.#last;
    if (known === undefined) {
      const { text, picture, to } = message;
      this.#stored.set(key, id);
      const said = { type: "chat_message", id, from_peer_id: from.peerId, name: from.peerId, text, picture, to, timestamp: id };
      this.messages.push(said);
      this.#tell(said);
    }
    answer({ type: "ack", message_id, success: true, result: { revision: 0, id: "", chat_id: id } });
  }

  /** @param {Message} message */
  #tell(message) {
    for (const one of this.connections) if (this.#isFor(message, one.peerId)) one.deliver(message);
  }

  /** @param {Message} message @param {string} peerId */
  #isFor({ to, from_peer_id }, peerId) {
    return !to || to === peerId || from_peer_id === peerId;
  }
}

/** @extends {Emitter<any>} */
export class FakeChatConnection extends Emitter {
  state = "open";
  sessionId = "s";
  features = ["chat"];
  /** What was sent while it was away. @type {Message[]} */
  #waiting = [];
  /** What it did not hear: as long as the server has its place. @type {Message[]} */
  #missed = [];
  /** @type {Message[]} */
  sent = [];
  /** @type {(message: any) => void} */
  receive = () => {};

  /** @param {string} peerId @param {FakeChatServer} server */
  constructor(peerId, server) {
    super();
    this.peerId = peerId;
    this.server = server;
  }

  /** @param {Message} message */
  send(message) {
    this.sent.push(message);
    if (this.state === "open") this.server.receive(this, message);
    else this.#waiting.push(message);
  }

  /** @param {Message} message */
  deliver(message) {
    this.server.bring(() => {
      if (this.state === "open") this.receive(message);
      else this.#missed.push(message);
    });
  }

  break() {
    this.server.pump();
    this.state = "resuming";
    this.emit("state", this.state);
  }

  /** @param {boolean} recovered the place was kept, with what was missed */
  resume(recovered) {
    if (!recovered) this.emit("lost", null);
    const missed = recovered ? this.#missed : [];
    this.#missed = [];
    this.state = "open";
    for (const message of missed) this.receive(message);
    this.emit("state", this.state);
    for (const message of this.#waiting.splice(0)) this.server.receive(this, message);
    this.server.pump();
  }

  /** The page goes. */
  leave() {
    this.server.connections = this.server.connections.filter((one) => one !== this);
    this.receive = () => {};
  }
}
