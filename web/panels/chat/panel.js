/** The panel with the chat. */

import { make } from "../../ui/dom.js";
import { text } from "../../text/chat.js";
import { ChatView } from "./view.js";

/** @import {Panel, PanelContext} from "../panel.js" */

/**
 * @param {PanelContext} context
 * @returns {Panel}
 */
export function create(context) {
  const node = make("div", { class: "chat" }, make("p", { class: "panel-empty" }, text.loading));
  let isOpen = false;
  /** @type {ChatView | null} */
  let view = null;
  void context.chat.part.use((chat) => {
    view = new ChatView(chat, context, node);
    view.setOpen(isOpen);
  }, context.notices);
  return {
    node,
    setOpen(open) {
      isOpen = open;
      view?.setOpen(open);
    },
    showPeople: () => view?.showPeople(),
    focus: () => view?.focus(),
  };
}
