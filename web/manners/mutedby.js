/** What the page does when somebody who moderates mutes its person: it turns the medium off, and no message turns one on. */

/** @import {LocalMedia} from "../media/local.js" */
/** @import {ScreenShare} from "../media/screen.js" */
/** @import {PeerMute} from "../types/messages.js" */

/**
 * @param {PeerMute["kind"]} kind
 * @param {{media: Pick<LocalMedia, "isWanted" | "intentions">, screen: Pick<ScreenShare, "stream" | "stop">}} own
 * @returns {boolean} it was on
 */
export function turnOff(kind, { media, screen }) {
  if (kind === "screen") {
    const isOn = screen.stream !== null;
    screen.stop();
    return isOn;
  }
  if (kind !== "audio" && kind !== "video") return false; // of a newer server
  const isOn = media.isWanted(kind);
  if (isOn) media.intentions.set(kind, false);
  return isOn;
}
