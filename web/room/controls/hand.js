/** Control that raises this person's hand, and lowers it. */

import { text } from "../../text/people.js";

/** @import {Control, RoomContext} from "../control.js" */

/** @param {RoomContext} context */
const isUp = ({ connection, roster }) => roster.peers.get(connection.peerId ?? "")?.hand != null;

/** @type {Control} */
export const hand = {
  name: "hand",
  label: text.raise,
  icon: "hand",
  group: "call",
  keys: ["H"],
  isHere: ({ signaling, connection }) => signaling.inCall && connection.features.includes("hands"),
  state: (context) => ({ label: isUp(context) ? text.lower : text.raise, active: isUp(context) }),
  perform: (context) => context.connection.send({ type: "hand", raised: !isUp(context) }),
};
