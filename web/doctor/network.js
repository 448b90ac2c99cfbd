/** Probes of the network: STUN, TURN, and the kind of NAT. Uses no server but those it is given. */

const GATHER_MS = 6_000;
const LOOP_MS = 8_000;
/** STUN errors of who may not use a TURN server (RFC 8489 section 14.8). */
const REFUSED = new Set([401, 403, 438, 441]);

/**
 * Gather candidates (RFC 8445 section 5.1.1), until there are no more or it takes too long.
 *
 * @param {RTCIceServer[]} iceServers
 * @param {RTCIceTransportPolicy} [iceTransportPolicy]
 * @returns {Promise<{candidates: RTCIceCandidate[], refused: boolean}>}
 */
export async function gather(iceServers, iceTransportPolicy = "all") {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy });
  /** @type {RTCIceCandidate[]} */
  const candidates = [];
  let refused = false;
  try {
    const complete = new Promise((resolve) => {
      pc.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate) candidates.push(candidate);
        else if (!candidate) resolve(null);
      };
      pc.onicecandidateerror = ({ errorCode }) => {
        if (REFUSED.has(errorCode)) refused = true;
      };
      setTimeout(resolve, GATHER_MS);
    });
    pc.createDataChannel("test");
    await pc.setLocalDescription();
    await complete;
  } finally {
    pc.close();
  }
  return { candidates, refused };
}

/**
 * What the router does, from the candidates of one peer connection with several STUN servers: a router that
 * takes another port for each server shows more addresses than the computer has (RFC 5780 section 4).
 *
 * @param {Pick<RTCIceCandidate, "type" | "protocol" | "address" | "port">[]} candidates
 * @param {number} servers how many were asked
 * @returns {"open" | "cone" | "symmetric" | "blocked" | "unknown"}
 */
export function natOf(candidates, servers) {
  const udp = candidates.filter(({ protocol }) => protocol === "udp");
  const at = (/** @type {string} */ type) =>
    new Set(udp.filter((candidate) => candidate.type === type).map(({ address, port }) => `${address} ${port}`));
  const [inner, outer] = [at("host"), at("srflx")];
  if (servers === 0) return "unknown";
  // One that is seen from outside as it is inside is not told a second time.
  if (outer.size === 0) return udp.some(isPublic) ? "open" : "blocked";
  if (outer.size > inner.size) return "symmetric";
  return servers > 1 ? "cone" : "unknown";
}

/** @param {Pick<RTCIceCandidate, "address">} candidate */
function isPublic({ address }) {
  return Boolean(address) && !/^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cde]|::1)|\.local$/i.test(address ?? "");
}

/**
 * Send something from this page to itself by way of a TURN server.
 *
 * @param {RTCIceServer} server with one address
 * @returns {Promise<{ms: number} | {fault: "unreachable" | "refused" | "deaf"}>} the time there and back
 */
export async function relayLoop(server) {
  const { candidates, refused } = await gather([server], "relay");
  if (candidates.length === 0) return { fault: refused ? "refused" : "unreachable" };
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
