/** The layouts in the page: what is chosen counts at once, what shows it is loaded when somebody is in a call. */

import { Part } from "../ui/part.js";

/** @import {Board} from "../app/board.js" */
/** @import {Context} from "../app/context.js" */
/** @import {LayoutRoom} from "./room.js" */

/**
 * @param {Context} context
 * @param {Board} board
 * @returns {{part: Part<LayoutRoom>, show: () => void}} `show`: somebody or something has changed
 */
export function connectLayouts(context, board) {
  const { layouts, signaling, notices } = context;
  /** @type {LayoutRoom | null} */
  let room = null;
  const part = new Part(async () => {
    const { LayoutRoom } = await import("./room.js");
    return (room ??= new LayoutRoom(context, board));
  });
  const show = () => {
    document.body.dataset["layout"] = layouts.layout;
    if (room) room.show();
    else if (signaling.inCall) void part.use((loaded) => loaded.show(), notices);
  };
  layouts.on("changed", show);
  layouts.on("pip", () => void part.use((loaded) => void loaded.togglePip(), notices));
  show();
  return { part, show };
}
