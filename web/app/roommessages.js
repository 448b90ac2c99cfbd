/** What others do to this page besides calls: reactions that come, and a medium that a moderator has it stop. */

import { reactions } from "../room/controls/react.js";
import { mutedText } from "../text/people.js";

/** @import {Context} from "./context.js" */

/** @param {Pick<Context, "connection" | "media" | "screen" | "signaling" | "notices" | "nameOf">} context */
export function connectRoomMessages({ connection, media, screen, signaling, notices, nameOf }) {
  connection.on("peer_reaction", ({ from_peer_id, emoji }) => {
    if (document.visibilityState === "hidden") return; // it is over when somebody looks
    void reactions.use((shown) => shown.show(from_peer_id, nameOf(from_peer_id), emoji), notices);
  });
  connection.on("peer_mute", ({ from_peer_id, kind }) => {
    const isOn = kind === "screen" ? screen.stream !== null : media.isWanted(kind);
    if (!signaling.inCall || !isOn) return;
    // Only what stops: nothing is turned on from outside (rule ROM7).
    if (kind === "screen") screen.stop();
    else media.intentions.set(kind, false);
    notices.show(mutedText(nameOf(from_peer_id), kind), { key: `muted ${kind}` });
  });
}
