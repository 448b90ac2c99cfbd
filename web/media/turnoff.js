/** Turning a medium of this page off for somebody who moderates; nothing here turns one on (rule ROM7). */

/** @import {LocalMedia} from "./local.js" */
/** @import {ScreenShare} from "./screen.js" */
/** @import {PeerMute} from "../types/messages.js" */

/**
 * @param {PeerMute["kind"]} kind
 * @param {{media: Pick<LocalMedia, "isWanted" | "intentions">, screen: Pick<ScreenShare, "stream" | "stop">}} own
 * @returns {boolean} it was on
 */
export function turnOff(kind, { media, screen }) {
  if (kind === "screen") {
    const isOn = screen.stream !== null;
    if (isOn) screen.stop();
    return isOn;
  }
  if (kind !== "audio" && kind !== "video") return false; // of a newer server
  const isOn = media.isWanted(kind);
  if (isOn) media.intentions.set(kind, false);
  return isOn;
}
