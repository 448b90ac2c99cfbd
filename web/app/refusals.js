/** Handler of the server's errors that no other part has taken: which of them become notices. */

import { shownWords } from "../lib/foreign.js";
import { text } from "../text/calls.js";

/** @import {Context} from "./context.js" */
/** @import {OwnTile} from "../people/owntile.js" */
/** @import {Error as ErrorMessage} from "../types/messages.js" */

/**
 * @param {Pick<Context, "signaling" | "roster" | "notices">} context
 * @param {readonly OwnTile[]} ownTiles
 * @returns {(error: ErrorMessage) => void}
 */
export function refusalHandler({ signaling, roster, notices }, ownTiles) {
  return ({ code, message, message_id }) => {
    switch (code) {
      case "peer_not_found": // a call or a signal to somebody who has just left
        for (const { peerId } of signaling.calls) {
          if (!roster.peers.has(peerId)) signaling.handleCallEnded(peerId, "left");
        }
        return;
      case "not_in_call": // both hung up
      case "element_not_found": // moved while somebody removed it
        return;
      case "scene_full":
        if (ownTiles.some((tile) => tile.isRequest(message_id))) notices.show(text.sceneFull, { problem: true });
        return;
      default:
        notices.show(text.serverRefused(shownWords(message)), { problem: true });
    }
  };
}
