/** Why a call does not come about, in words, and what helps. */

/** @import {CallDiagnosis} from "../types/messages.js" */

/** @type {Record<CallDiagnosis["whose"], (name: string) => string>} */
const places = {
  you: () => "your side",
  them: (name) => `the side of ${name}`,
  both: () => "both sides",
  network: () => "the way between you",
};

/** @type {Record<CallDiagnosis["cause"], (where: string) => string>} */
const causes = {
  no_network: (where) =>
    `The browser on ${where} offers no network: an extension, a VPN or a policy forbids calls there. Turn it off, or try another browser.`,
  turn_refused: () =>
    "The TURN server refuses this server's credentials. Tell whoever runs it to check CANVAS_TURN_SECRET and the clocks.",
  turn_unreachable: (where) =>
    `The network on ${where} lets nothing through to the TURN server. Try another network, or tell whoever runs this server to offer TURN over TLS on port 443.`,
  udp_blocked: (where) =>
    `The network on ${where} blocks UDP, and no TURN server is configured. Try another network, or tell whoever runs this server to set CANVAS_TURN_URLS.`,
  relay_fails: () =>
    "Both of you reach the TURN server, but it passes no media. Tell whoever runs it to check its relay ports and its external address.",
  no_direct_way: () =>
    "The routers of your two networks let nothing through directly, and no TURN server is configured. Try another network, or tell whoever runs this server to set CANVAS_TURN_URLS.",
  no_servers: () =>
    "You are not in one network, and this server names neither a STUN nor a TURN server. Tell whoever runs it to set CANVAS_STUN_URLS and CANVAS_TURN_URLS.",
};

/**
 * @param {Pick<CallDiagnosis, "cause" | "whose">} diagnosis
 * @param {string} name of the other
 * @returns {string}
 */
export function diagnosisText({ cause, whose }, name) {
  return `The call with ${name} does not come about. ${causes[cause](places[whose](name))}`;
}
