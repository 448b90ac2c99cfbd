/** What the self-test says. */

import { language } from "./language.js";

/** @import {MediaFault} from "../media/faults.js" */

/** @typedef {"good" | "fair" | "bad"} Level */
/** `untold`: what it tries could not be found out. @typedef {{level: Level, words: string, untold?: boolean}} Outcome */

/** @type {Record<MediaFault, string>} */
const faults = {
  refused: "is blocked. Allow it beside the address of this page.",
  dismissed: "was not allowed. Test again, and say yes when the browser asks.",
  system: "is blocked by your system. Allow it for the browser in its privacy settings.",
  embedded: "is kept from this page by the page around it. Open it in a window of its own.",
  disabled: "is turned off in this browser, for all pages.",
  missing: "was not found. Plug one in.",
  busy: "cannot be used; another program may have it, or your system keeps it. Close that program.",
  insecure: "is given to secure pages only.",
  lost: "went away.",
  sharp: "cannot blur your background.",
};

export const text = {
  running: "Trying…",
  again: "Test again",
  copied: "Copied",
  marks: { good: "✓", fair: "!", bad: "✗", running: "…" },
  levels: { good: "works", fair: "works with limits", bad: "does not work", running: "is being tried" },
  browser: "Browser",
  browserGood: "It can make calls.",
  browserInsecure: "Cameras are given to secure pages only. Open this page with https, or on the machine of the server.",
  browserDisabled: "It gives pages no camera or microphone: they are turned off in its settings, or it cannot.",
  browserOld: "It cannot make calls: WebRTC is missing, or an extension or a policy has taken it away.",
  server: "Connection to this server",
  /** @param {number} ms */
  serverGood: (ms) => `A WebSocket is open; an answer takes ${Math.round(ms)} ms.`,
  self: "Self-test",
  serverAsks: "The server answers, but lets in by link only. Open the canvas by your link first, then its self-test: /doctor/?session=NAME, with the name in the link.",
  serverBad: "It does not answer. It may be away, or your network has no way to it.",
  serverNoSocket: "It answers, but no WebSocket can be opened: something between here and the server, such as a proxy, does not pass it on. Ask whoever runs the server or your network.",
  serverSlow: "A WebSocket is open, but the server does not let in within some seconds.",
  /** @param {string} reason */
  serverRefuses: (reason) => `The server answers, but does not let in${reason ? `: ${reason}` : ""}.`,
  camera: "Camera",
  microphone: "Microphone",
  /** @param {string} label */
  cameraGood: (label) => `It gives pictures${label ? `: ${label}` : ""}.`,
  cameraDark: "It gives no pictures, though nothing forbids it. A switch at the camera or another program may be the cause.",
  cameraUnseen: "It could be opened. Whether it gives pictures cannot be told while this page is not in sight.",
  silenced: "It could be opened, but your system keeps it silent. Look for a key or a switch that mutes it.",
  /** @param {string} label */
  microphoneGood: (label) => `It hears something${label ? `: ${label}` : ""}.`,
  microphoneQuiet: "It is silent. Say something, and test again; look whether it is muted.",
  microphoneUnheard: "It could be opened. The browser does not let this page listen yet: test again.",
  /** @param {MediaFault} fault */
  deviceBad: (fault) => `It ${faults[fault]}`,
  /** @param {string} url */
  stun: (url) => `STUN server ${url.replace(/^stuns?:/, "")}`,
  stunGood: "It answers over UDP.",
  stunUnknown: "This browser does not tell whether it answers.",
  stunBad: "It does not answer: the server is away, or the network here blocks UDP.",
  stunNone: "This server names no STUN server: direct calls work within one network only.",
  /** @param {string} url */
  turn: (url) => `TURN server ${url.replace(/^turns?:/, "").replace(/\?.*/, "")} over ${transportOf(url)}`,
  /** @param {number} ms */
  turnGood: (ms) => `It passes data on; there and back takes ${Math.round(ms)} ms.`,
  turnBad: "It cannot be reached: it is away, or its port is blocked between here and there.",
  turnsBad: "It cannot be reached: it is away, its port is blocked between here and there, or the browser does not trust its certificate.",
  turnRefused: "It refuses the credentials. Tell whoever runs this server to check CANVAS_TURN_SECRET and the clocks.",
  turnFull: "It answers, but gives no relay: it has no place for another one, or its rules forbid it. Tell whoever runs it.",
  turnDeaf: "It can be reached, but passes nothing on from this page to itself. Tell whoever runs it to check its relay ports and its external address; some servers forbid just this way.",
  turnNone: "This server names no TURN server: between networks with strict routers or firewalls calls do not come about.",
  relays: "TURN",
  nat: "Your network",
  natKept: "It shows one port to everybody (no NAT, or a cone NAT): direct calls work with most networks.",
  natSymmetric: "Its router takes another port for everybody (symmetric NAT): calls to networks of the same kind need a TURN server.",
  natSilent: "No STUN server answers: they are away, or the network here blocks UDP. If it does, calls need a TURN server over TCP or TLS.",
  natUnknown: "What kind of NAT its router does cannot be told with fewer than two STUN servers that answer.",
  /** A check that ended in a way nobody thought of. @param {string} name of the error */
  broken: (name) => `This could not be tried (${name}).`,
  /** @param {Outcome[]} outcomes @param {boolean} relayed @param {boolean} direct */
  summary: (outcomes, relayed, direct) => {
    if (outcomes.some(({ level }) => level === "bad") && !relayed && !direct) {
      return "Calls will not work from here as things are. See what is marked with ✗.";
    }
    if (relayed) return "Calls will work from here, also where direct ways are blocked.";
    if (outcomes.some(({ untold }) => untold)) {
      return "Calls will work from here within your network. Whether they do with others could not be told: see what is marked with !.";
    }
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
