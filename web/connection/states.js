/**
 * State machine of a connection: its states, the events that move it, and one table of transitions. Pure; the
 * actions that belong to a state are in connection.js. The diagram in docs/RELIABILITY.md is checked against it.
 */

/**
 * | state | |
 * |---|---|
 * | `idle` | made, and not opened yet |
 * | `connecting` | the WebSocket is being opened |
 * | `subscribing` | a `subscribe` is on its way, and its answer awaited |
 * | `open` | subscribed |
 * | `waiting` | without a socket, until the next attempt |
 * | `closed` | for good, until `open()` is called again |
 *
 * @typedef {"idle" | "connecting" | "subscribing" | "open" | "waiting" | "closed"} State
 */

/**
 * | event | |
 * |---|---|
 * | `start` | `open()` was called |
 * | `close` | `close()` was called |
 * | `wake` | the network or the page has come back |
 * | `retry` | the pause between two attempts is over |
 * | `connected` | the WebSocket is open |
 * | `assigned` | `peer_assigned`: subscribed |
 * | `id_taken` | the server refuses the peer id that was asked for: ask for another one |
 * | `put_off` | the server refuses for now |
 * | `refused` | the server refuses for good |
 * | `silent` | nothing came within the time allowed |
 * | `lost` | the socket closed, and a new one may be opened |
 * | `dismissed` | the socket closed with a code that says not to come back |
 *
 * @typedef {"start" | "close" | "wake" | "retry" | "connected" | "assigned" | "id_taken" | "put_off" | "refused" |
 *   "silent" | "lost" | "dismissed"} Event
 */

/**
 * What other parts of the page see: `connecting` until the first `peer_assigned`; `open` while subscribed;
 * `resuming` while away and coming back; `closed` for good.
 *
 * @typedef {"connecting" | "open" | "resuming" | "closed"} ConnectionState
 */

/** The event is expected in this state and changes nothing. */
export const IGNORED = "ignored";
/** The event cannot happen in this state: its source (a socket, a timer, a request) is not there. */
export const IMPOSSIBLE = "impossible";

/** @typedef {State | typeof IGNORED | typeof IMPOSSIBLE} Target */

/** Where each event leads; the same state again means that it is entered anew. @type {Record<State, Record<Event, Target>>} */
export const TRANSITIONS = {
  idle: {
    start: "connecting",
    close: "closed",
    wake: IGNORED,
    retry: IMPOSSIBLE,
    connected: IMPOSSIBLE,
    assigned: IMPOSSIBLE,
    id_taken: IMPOSSIBLE,
    put_off: IMPOSSIBLE,
    refused: IMPOSSIBLE,
    silent: IMPOSSIBLE,
    lost: IMPOSSIBLE,
    dismissed: IMPOSSIBLE,
  },
  connecting: {
    start: IGNORED,
    close: "closed",
    wake: IGNORED,
    retry: IMPOSSIBLE,
    connected: "subscribing",
    assigned: IMPOSSIBLE,
    id_taken: IMPOSSIBLE,
    put_off: IMPOSSIBLE,
    refused: IMPOSSIBLE,
    silent: "waiting",
    lost: "waiting",
    dismissed: "closed",
  },
  subscribing: {
    start: IGNORED,
    close: "closed",
    wake: IGNORED,
    retry: IMPOSSIBLE,
    connected: IMPOSSIBLE,
    assigned: "open",
    id_taken: "subscribing",
    put_off: "waiting",
    refused: "closed",
    silent: "waiting",
    lost: "waiting",
    dismissed: "closed",
  },
  open: {
    start: IGNORED,
    close: "closed",
    wake: IGNORED,
    retry: IMPOSSIBLE,
    connected: IMPOSSIBLE,
    assigned: IGNORED,
    id_taken: IMPOSSIBLE,
    put_off: IMPOSSIBLE,
    refused: IMPOSSIBLE,
    silent: "waiting",
    lost: "waiting",
    dismissed: "closed",
  },
  waiting: {
    start: "connecting",
    close: "closed",
    wake: "connecting",
    retry: "connecting",
    connected: IMPOSSIBLE,
    assigned: IMPOSSIBLE,
    id_taken: IMPOSSIBLE,
    put_off: IMPOSSIBLE,
    refused: IMPOSSIBLE,
    silent: IMPOSSIBLE,
    lost: IMPOSSIBLE,
    dismissed: IMPOSSIBLE,
  },
  closed: {
    start: "connecting",
    close: IGNORED,
    wake: IGNORED,
    retry: IMPOSSIBLE,
    connected: IMPOSSIBLE,
    assigned: IMPOSSIBLE,
    id_taken: IMPOSSIBLE,
    put_off: IMPOSSIBLE,
    refused: IMPOSSIBLE,
    silent: IMPOSSIBLE,
    lost: IMPOSSIBLE,
    dismissed: IMPOSSIBLE,
  },
};

/** Events with which the server answers a `subscribe`. @type {ReadonlySet<Event>} */
export const ANSWERS = new Set(["assigned", "id_taken", "put_off", "refused"]);

/** @type {State} */
export const INITIAL = "idle";

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State | null} the state to enter; `null`: none, the event is ignored
 * @throws {Error} the event is impossible in this state
 */
export function next(state, event) {
  const target = TRANSITIONS[state][event];
  if (target === IMPOSSIBLE) throw new Error(`${event} while ${state}`);
  return target === IGNORED ? null : target;
}

/**
 * @param {State} state
 * @param {boolean} hasJoined the connection has been open before, so there is something to resume
 * @returns {ConnectionState}
 */
export function publicState(state, hasJoined) {
  switch (state) {
    case "open":
    case "closed":
      return state;
    case "idle":
    case "connecting":
    case "subscribing":
    case "waiting":
      return hasJoined ? "resuming" : "connecting";
  }
}
