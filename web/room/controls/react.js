/** Control that offers the reactions; their code is loaded when the first one is sent or comes. */

import { Part } from "../../ui/part.js";
import { text } from "../../text/people.js";

/** @import {Control} from "../control.js" */

export const reactions = new Part(async () => new (await import("../../people/reactions.js")).Reactions());

/** @type {Control} */
export const react = {
  name: "react",
  label: text.react,
  icon: "smile",
  group: "call",
  isHere: ({ signaling, connection }) => signaling.inCall && connection.features.includes("reactions"),
  perform: ({ connection, nameOf, notices }, button) => {
    void reactions.use((shown) => {
      shown.offer(button, (emoji) => {
        const { peerId } = connection;
        if (peerId === null) return;
        connection.send({ type: "reaction", emoji });
        shown.show(peerId, nameOf(peerId), emoji); // the server tells the others
      });
    }, notices);
  },
};
