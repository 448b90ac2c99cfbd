/** Control that opens what the dock has no room for; the dock says when it is here. */

import { text } from "../../text/room.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const more = {
  name: "more",
  label: text.more,
  icon: "more",
  group: "room",
  place: "always",
  state: ({ panels }) => ({ expanded: panels.current === "more" }),
  perform: ({ panels }, button) => panels.toggle("more", button),
};
