/** Handlers of the messages of the room: reactions that come, and a medium that a moderator has this page stop. */

import { turnOff } from "../media/turnoff.js";
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
    if (!signaling.inCall || !turnOff(kind, { media, screen })) return;
    notices.show(mutedText(nameOf(from_peer_id), kind), { key: `muted ${kind}` });
  });
}
