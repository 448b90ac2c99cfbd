/** The latest speaker beside the person here, also after they have ended: between two words nobody is speaking. */

/** @import {Context} from "./context.js" */

/**
 * @param {Pick<Context, "connection" | "roster" | "speaking">} context
 * @returns {() => string | null} their peer id; `null`: nobody has spoken who is still here
 */
export function latestSpeaker({ connection, roster, speaking }) {
  /** @type {string | null} */
  let latest = null;
  const isOther = (/** @type {string} */ peerId) => peerId !== connection.peerId;
  speaking.on("changed", () => {
    if (latest !== null && speaking.has(latest)) return;
    latest = [...roster.peers.keys()].find((peerId) => isOther(peerId) && speaking.has(peerId)) ?? latest;
  });
  return () => (latest !== null && roster.peers.has(latest) ? latest : null);
}
