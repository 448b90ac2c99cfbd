/** Control that opens the chat, with how much in it was not read. */

import { panelLabel } from "../../text/panels.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const chat = {
  name: "chat",
  label: panelLabel.chat,
  icon: "chat",
  group: "room",
  state: ({ panels, chat: { unread } }) => ({ expanded: panels.current === "chat", badge: unread }),
  perform: ({ panels }, button) => panels.toggle("chat", button),
};
