/** Probes of the network: STUN, TURN, and the kind of NAT. Uses no server but those it is given. */

const GATHER_MS = 6_000;
const LOOP_MS = 8_000;
/** STUN errors of who may not use a TURN server (RFC 8489 section 14.8, RFC 8656 section 19). */
const REFUSED = new Set([401, 431, 438, 441]);
/** Those of a server that has no place for another relay, or wants none of these. */
const FULL = new Set([403, 442, 486, 508]);

/** @typedef {Pick<RTCIceCandidate, "type" | "protocol" | "address" | "port" | "relatedAddress" | "relatedPort">} Candidate */

/**
 * @typedef {object} Gathered
 * @property {RTCIceCandidate[]} candidates
 * @property {number[]} errors codes of `icecandidateerror`
 * @property {boolean} complete every server has answered, or was given up
 */

/**
 * Gather candidates (RFC 8445 section 5.1.1), until there are no more or it takes too long.
 *
 * @param {RTCIceServer[]} iceServers
 * @param {RTCIceTransportPolicy} [iceTransportPolicy]
 * @returns {Promise<Gathered>}
 */
export async function gather(iceServers, iceTransportPolicy = "all") {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy });
  /** @type {RTCIceCandidate[]} */
  const candidates = [];
  /** @type {number[]} */
  const errors = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    const complete = new Promise((resolve) => {
      pc.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate) candidates.push(candidate);
        else if (!candidate) resolve(true);
      };
      pc.onicecandidateerror = ({ errorCode }) => errors.push(errorCode);
      timer = setTimeout(() => resolve(false), GATHER_MS);
    });
    pc.createDataChannel("test");
    await pc.setLocalDescription();
    return { candidates, errors, complete: await complete };
  } finally {
    clearTimeout(timer);
    pc.close();
  }
}

/**
 * Whether a STUN server answers, from what was gathered with it alone. A computer that is seen from outside under its
 * own address is not told so by a candidate; but a browser that reports errors is done without one only if it had the
 * answer. A host candidate is no answer of anybody.
 *
 * @param {{candidates: Pick<Candidate, "type" | "protocol">[], errors: readonly number[], complete: boolean}} gathered
 * @param {boolean} reportsErrors the browser has `icecandidateerror`
 * @returns {"answers" | "silent" | "unknown"}
 */
export function answerOf({ candidates, errors, complete }, reportsErrors) {
  if (candidates.some(({ type }) => type === "srflx")) return "answers";
  if (!complete) return "silent";
  const sockets = candidates.filter(({ type, protocol }) => type === "host" && protocol === "udp").length;
  if (!reportsErrors || sockets === 0) return "unknown";
  // Each socket errs once: one of IPv6 does where the server has no such address.
  return errors.length < sockets ? "answers" : "silent";
}

/**
 * What the router does, from the candidates of one peer connection with several STUN servers, all of which answer: one
 * that takes another port for each server gives one socket several addresses outside (RFC 5780 section 4). Each socket
 * counts alone, be it of a cable, a radio or a VPN; pages that may use no camera are told its family, and there is one
 * of each.
 *
 * @param {Candidate[]} candidates
 * @param {number} answering STUN servers
 * @returns {"kept" | "symmetric" | "silent" | "unknown"}
 */
export function natOf(candidates, answering) {
  if (answering === 0) return "silent";
  /** Outer addresses by socket. @type {Map<string, Set<string>>} */
  const seen = new Map();
  for (const { type, protocol, address, port, relatedAddress, relatedPort } of candidates) {
    if (type !== "srflx" || protocol !== "udp" || !address) continue;
    const socket = relatedPort ? `${relatedAddress} ${relatedPort}` : address.includes(":") ? "IPv6" : "IPv4";
    seen.set(socket, (seen.get(socket) ?? new Set()).add(`${address} ${port}`));
  }
  if ([...seen.values()].some((outer) => outer.size > 1)) return "symmetric";
  return answering > 1 ? "kept" : "unknown";
}

/** @typedef {"unreachable" | "refused" | "full" | "deaf"} RelayFault */

/**
 * @param {readonly number[]} errors of a TURN server that gave no relay
 * @returns {RelayFault}
 */
export function relayFaultOf(errors) {
  if (errors.some((code) => REFUSED.has(code))) return "refused";
  return errors.some((code) => FULL.has(code)) ? "full" : "unreachable";
}

/**
 * Send something from this page to itself by way of a TURN server.
 *
 * @param {RTCIceServer} server with one address
 * @returns {Promise<{ms: number} | {fault: RelayFault}>} the time there and back
 */
export async function relayLoop(server) {
  const { candidates, errors } = await gather([server], "relay");
  if (candidates.length === 0) return { fault: relayFaultOf(errors) };
  const ends = [0, 1].map(() => new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" }));
  const [here, there] = /** @type {[RTCPeerConnection, RTCPeerConnection]} */ (ends);
  try {
    here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
    there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
    there.ondatachannel = ({ channel }) => {
      channel.onmessage = ({ data }) => channel.send(data);
    };
    const channel = here.createDataChannel("test");
    /** @type {Promise<number | null>} */
    const back = new Promise((resolve) => {
      let sent = 0;
      channel.onopen = () => {
        sent = performance.now();
        channel.send("there and back");
      };
      channel.onmessage = () => resolve(performance.now() - sent);
      setTimeout(() => resolve(null), LOOP_MS);
    });
    await here.setLocalDescription();
    await there.setRemoteDescription(/** @type {RTCSessionDescription} */ (here.localDescription));
    await there.setLocalDescription();
    await here.setRemoteDescription(/** @type {RTCSessionDescription} */ (there.localDescription));
    const ms = await back;
    return ms === null ? { fault: "deaf" } : { ms };
  } finally {
    for (const end of ends) end.close();
  }
}
