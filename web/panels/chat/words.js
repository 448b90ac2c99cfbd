/** View of what somebody has written: nodes for its words, links and code; no text becomes markup. */

import { spansOf } from "../../chat/words.js";
import { make } from "../../ui/dom.js";

/** @import {Span} from "../../chat/words.js" */

/**
 * @param {string} words as they may be shown
 * @returns {HTMLElement}
 */
export function wordsNode(words) {
  return make("div", { class: "chat-words", dir: "auto" }, ...spansOf(words).map(nodeOf));
}

/**
 * @param {Span} span
 * @returns {Node | string}
 */
function nodeOf(span) {
  switch (span.type) {
    case "words":
      return span.text;
    case "code":
      return make("code", { dir: "ltr" }, span.text);
    case "block":
      return make("pre", { dir: "ltr", tabindex: "0" }, make("code", {}, span.text));
    case "link":
      // Where it leads is said as the browser reads it: letters of other scripts look like others.
      return make("a", { href: span.address, target: "_blank", rel: "noopener", title: span.host || span.address, dir: "ltr" }, span.text);
  }
}
