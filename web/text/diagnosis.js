/** Why a call does not come about or is poor, in words, and what helps. */

import { entryOf } from "../lib/own.js";
import { language } from "./language.js";
import { isOfPoorCall } from "../monitor/diagnoses.js";

/** @import {Cause, Diagnosis, PoorCause} from "../monitor/diagnoses.js" */

const people = new Intl.ListFormat(language, { type: "conjunction" });

/** @type {Record<Diagnosis["whose"], (name: string) => string>} */
const places = {
  you: () => "your side",
  them: (name) => `the side of ${name}`,
  both: () => "both sides",
  network: () => "the way between you",
};

/** @type {Record<Exclude<Cause, PoorCause>, (where: string) => string>} */
const failing = {
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

/** @type {Record<PoorCause, (where: string) => string>} */
const poor = {
  loss: (where) =>
    `Packets get lost on ${where}. A cable in the place of Wi-Fi helps, or to stop downloads and other calls there.`,
  busy_computer: (where) =>
    `The computer on ${where} is too busy for its pictures. Close other programs and tabs there, or send a lower quality.`,
  relay_over_tcp: (where) =>
    `The network on ${where} blocks UDP, so the call takes a detour over TCP, where one lost packet holds up all that follow. Another network helps, or to allow UDP in the firewall.`,
  slow_network: (where) =>
    `The network on ${where} takes less than the pictures need. Send a lower quality, or turn a camera off.`,
  far: (where) =>
    `What is said takes long on ${where}. Turn a VPN off if there is one; else tell whoever runs this server that a TURN server nearer to both of you may help.`,
};

/**
 * @param {Diagnosis} diagnosis
 * @param {string[]} names of those at the other end
 * @returns {string}
 */
export function diagnosisText({ cause, whose }, names) {
  const [those, one] = [people.format(names), names.length === 1];
  const where = (entryOf(places, whose) ?? places.network)(those);
  const calls = `The ${one ? "call" : "calls"} with ${those}`;
  return isOfPoorCall(cause)
    ? `${calls} ${one ? "is" : "are"} poor. ${entryOf(poor, cause)?.(where) ?? ""}`
    : `${calls} ${one ? "does" : "do"} not come about. ${entryOf(failing, cause)?.(where) ?? ""}`;
}
