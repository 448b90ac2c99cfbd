/** ICE servers and candidates of the protocol, converted to what an RTCPeerConnection takes. */

/** @import {IceServer, RelayIceCandidate} from "../types/messages.js" */

/**
 * @param {readonly IceServer[]} servers
 * @returns {RTCIceServer[]}
 */
export function iceServersOf(servers) {
  return servers.map(({ urls, username, credential }) => ({
    urls: [...urls],
    ...(username != null && { username }),
    ...(credential != null && { credential }),
  }));
}

/**
 * @param {RelayIceCandidate} message
 * @returns {RTCIceCandidateInit}
 */
export function candidateInit({ candidate, sdp_mid, sdp_m_line_index, username_fragment }) {
  const init = {
    candidate,
    sdpMid: sdp_mid ?? null,
    sdpMLineIndex: sdp_m_line_index ?? null,
    usernameFragment: username_fragment ?? null,
  };
  // Without a medium it is for the first one; with bundled media (RFC 9143) that is all of them.
  if (candidate && init.sdpMid === null) init.sdpMLineIndex ??= 0;
  return init;
}
