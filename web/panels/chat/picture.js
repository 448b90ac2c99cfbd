/** Pictures in the chat: made small enough to be sent, shown small, and large when they are pressed. */

import { drawableOf } from "../../kinds/image/rasters.js";
import { pictureOf } from "../../kinds/image/pictures.js";
import { makeDialog } from "../../ui/dialog.js";
import { make } from "../../ui/dom.js";
import { MOST_CHAT_PICTURE } from "../../types/limits.js";
import { text } from "../../text/chat.js";

const MOST_BYTES = Math.floor((MOST_CHAT_PICTURE * 3) / 4) - 100;
/** In pixels of the page. */
const WIDEST = 240;
const HIGHEST = 200;

/**
 * @param {Blob} file
 * @returns {Promise<string | null>} a data URL that the server takes; `null`: it cannot be made one
 */
export async function chatPicture(file) {
  const picture = await pictureOf(file, MOST_BYTES);
  return picture?.src ?? null;
}

/** @param {DataTransfer | null} data @returns {File[]} pictures among what is pasted or dropped */
export function picturesIn(data) {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
}

/**
 * @param {string} src a data URL, by whomever
 * @param {string} name of who sent it
 * @returns {HTMLElement} a button that shows it large; words where it is no picture that can be drawn
 */
export function pictureNode(src, name) {
  const size = drawableOf(src);
  if (!size) return make("p", { class: "chat-broken" }, text.brokenPicture);
  const fit = Math.min(1, WIDEST / size.width, HIGHEST / size.height);
  const label = text.pictureBy(name);
  const image = make("img", {
    src, alt: label, draggable: "false", decoding: "async",
    width: String(Math.max(24, Math.round(size.width * fit))), height: String(Math.max(24, Math.round(size.height * fit))),
  });
  const button = make("button", { type: "button", class: "chat-picture", "data-action": "show-picture", title: text.showPicture }, image);
  image.addEventListener("error", () => button.replaceWith(make("p", { class: "chat-broken" }, text.brokenPicture)));
  button.addEventListener("click", () => {
    const dialog = makeDialog(label, make("img", { src, alt: label, class: "chat-large" }));
    dialog.classList.add("chat-viewer");
    dialog.showModal();
  });
  return button;
}
