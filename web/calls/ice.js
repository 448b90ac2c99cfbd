/** What the server says of how peers are to reach each other, as an RTCPeerConnection takes it. */

/** @import {IceServer} from "../types/messages.js" */

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
