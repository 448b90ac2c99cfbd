/** What the self-test says. */

import { language } from "./language.js";

/** @typedef {"good" | "fair" | "bad"} Level */
/** @typedef {{level: Level, words: string}} Outcome */

const faults = /** @type {Record<string, string>} */ ({
  NotAllowedError: "is blocked. Allow it beside the address of this page, and in the privacy settings of your system.",
  NotFoundError: "was not found. Plug one in.",
  NotReadableError: "cannot be used; another program may have it. Close that program.",
});

export const text = {
  running: "Trying…",
  again: "Test again",
  copied: "Copied",
  marks: { good: "✓", fair: "!", bad: "✗", running: "…" },
  levels: { good: "works", fair: "works with limits", bad: "does not work", running: "is being tried" },
  browser: "Browser",
  browserGood: "It can make calls.",
  browserInsecure: "Cameras are given to secure pages only. Open this page with https, or on the machine of the server.",
  browserOld: "It cannot make calls: WebRTC is missing, or an extension or a policy has taken it away.",
  server: "Connection to this server",
  /** @param {number} ms */
  serverGood: (ms) => `A WebSocket is open; an answer takes ${Math.round(ms)} ms.`,
  self: "Self-test",
  serverAsks: "The server answers, but lets in by link only. Open the canvas by your link first, then its self-test: /doctor/?session=NAME, with the name in the link.",
  serverBad: "No WebSocket can be opened. A proxy between here and the server may not pass WebSockets on; ask whoever runs the server.",
  camera: "Camera",
  microphone: "Microphone",
  /** @param {string} label */
  cameraGood: (label) => `It gives pictures${label ? `: ${label}` : ""}.`,
  cameraDark: "It gives no pictures. A cover, a switch or another program may be the cause.",
  /** @param {string} label */
  microphoneGood: (label) => `It hears something${label ? `: ${label}` : ""}.`,
  microphoneQuiet: "It is silent. Say something, and test again; look whether it is muted.",
  /** @param {string} name of the error */
  deviceBad: (name) => `It ${faults[name] ?? `cannot be used (${name}).`}`,
  /** @param {string} url */
  stun: (url) => `STUN server ${url.replace(/^stuns?:/, "")}`,
  stunGood: "It answers over UDP.",
  stunBad: "It does not answer: the server is away, or the network here blocks UDP.",
  stunNone: "This server names no STUN server: direct calls work within one network only.",
  /** @param {string} url */
  turn: (url) => `TURN server ${url.replace(/^turns?:/, "").replace(/\?.*/, "")} over ${transportOf(url)}`,
  /** @param {number} ms */
  turnGood: (ms) => `It passes data on; there and back takes ${Math.round(ms)} ms.`,
  turnBad: "It cannot be reached from this network.",
  turnRefused: "It refuses the credentials. Tell whoever runs this server to check CANVAS_TURN_SECRET and the clocks.",
  turnDeaf: "It can be reached, but passes nothing on. Tell whoever runs it to check its relay ports and its external address.",
  turnNone: "This server names no TURN server: between networks with strict routers or firewalls calls do not come about.",
  relays: "TURN",
  nat: "Your network",
  natOpen: "It has no NAT: others reach this computer directly.",
  natCone: "Its router keeps one port for everybody (cone NAT): direct calls work with most networks.",
  natSymmetric: "Its router takes another port for everybody (symmetric NAT): calls to networks of the same kind need a TURN server.",
  natBlocked: "It blocks UDP, as far as the STUN servers can tell: calls need a TURN server over TCP or TLS.",
  natUnknown: "What kind of NAT its router does cannot be told with fewer than two STUN servers.",
  /** @param {Outcome[]} outcomes @param {boolean} relayed @param {boolean} direct */
  summary: (outcomes, relayed, direct) => {
    if (outcomes.some(({ level }) => level === "bad") && !relayed && !direct) {
      return "Calls will not work from here as things are. See what is marked with ✗.";
    }
    if (relayed) return "Calls will work from here, also where direct ways are blocked.";
    return "Calls will work from here with most networks; without a TURN server not with all.";
  },
  /** @param {string[]} lines */
  report: (lines) => [`Self-test of ${location.host}, ${new Date().toLocaleString(language)}`, ...lines].join("\n"),
};

/** @param {string} url of a TURN server (RFC 7065) */
function transportOf(url) {
  if (url.startsWith("turns:")) return "TLS";
  return url.includes("transport=tcp") ? "TCP" : "UDP";
}
