/** Links to the canvas as a file: a picture, a drawing, or data. The server makes them. */

import { icon, make, setText } from "../../ui/dom.js";
import { errorName, log } from "../../lib/log.js";
import { sitePath } from "../../lib/site.js";
import { copy } from "../../app/page.js";
import { save } from "../../ui/save.js";
import { missingWords } from "./missing.js";
import { text } from "../../text/panels/save.js";

/** @import {JoinToken} from "../../connection/jointoken.js" */
/** @import {Notices} from "../../app/notices.js" */

const WIDTHS = [1280, 1920, 3840];
const FORMATS = /** @type {const} */ (["png", "svg", "json"]);
const SYMBOLS = { png: "picture", svg: "pencil", json: "braces" };

export class ExportMenu {
  #address;
  #notices;
  #joinToken;
  #about = make("p", { class: "panel-about" }, text.saveNow);
  #width = make("select", { id: "picture-width" });
  /** @type {Map<string, HTMLAnchorElement>} */
  #links = new Map();
  /** @type {number | null} */
  #revision = null;
  node;

  /**
   * @param {string} sessionId
   * @param {JoinToken} joinToken
   * @param {Notices} notices
   */
  constructor(sessionId, joinToken, notices) {
    this.#joinToken = joinToken;
    this.#address = sitePath(`api/scene/${sessionId}/export`);
    this.#notices = notices;
    for (const width of WIDTHS) this.#width.append(make("option", { value: String(width) }, text.pixels(width)));
    this.#width.value = "1920";
    this.#width.addEventListener("change", () => this.#point());
    this.node = make("div", { class: "export" }, make("h2", {}, text.saveTitle), this.#about);
    for (const format of FORMATS) this.node.append(this.#link(format));
    const share = make("button", { type: "button", "data-action": "copy-picture" }, icon("link"), text.copyPicture);
    share.addEventListener("click", () => this.#share());
    this.node.append(make("label", { for: "picture-width" }, text.size), this.#width);
    if (!joinToken.token) this.node.append(share); // else the link would show nothing to others
    this.#point();
  }

  /**
   * What the files show.
   *
   * @param {number | null} revision `null`: the present
   * @param {string} moment in words
   */
  showMoment(revision, moment) {
    this.#revision = revision;
    setText(this.#about, revision === null ? text.saveNow : text.savePast(moment));
    this.#point();
  }

  /** @param {"png" | "svg" | "json"} format */
  #link(format) {
    const [name, about] = text.formats[format];
    const words = make("span", { class: "format-words" }, make("strong", {}, name), make("span", {}, about));
    const link = make("a", { class: "format", download: "", "data-format": format }, icon(SYMBOLS[format]), words, icon("download"));
    link.addEventListener("click", (event) => {
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // in a new tab or window
      if (elsewhere && !this.#joinToken.token) return;
      event.preventDefault();
      void this.#save(link.href, format);
    });
    this.#links.set(format, link);
    return link;
  }

  /**
   * @param {string} format
   * @returns {string}
   */
  #addressOf(format) {
    const wishes = new URLSearchParams();
    if (this.#revision !== null) wishes.set("revision", String(this.#revision));
    if (format === "png") wishes.set("width", this.#width.value);
    const query = wishes.toString();
    return `${this.#address}.${format}${query && `?${query}`}`;
  }

  #point() {
    for (const [format, link] of this.#links) link.href = this.#addressOf(format);
  }

  /**
   * @param {string} address
   * @param {string} format
   */
  async #save(address, format) {
    try {
      const response = await this.#joinToken.fetch(address);
      if (!response.ok) throw new Error(String(response.status));
      save(await response.blob(), text.fileName(format, new Date()));
      const missing = missingWords(response.headers.get("canvas-missing"));
      if (missing.length) this.#notices.show(text.missing(missing), { key: "missing", stays: true });
    } catch (error) {
      log("export", errorName(error));
      this.#notices.show(text.notSaved, { problem: true });
    }
  }

  async #share() {
    const link = new URL(this.#addressOf("png"), location.href).href;
    const copied = await copy(link);
    const done = this.#revision === null ? text.pictureCopied : text.pastPictureCopied;
    this.#notices.show(copied ? done : text.pictureNotCopied(link), { key: "link", stays: !copied });
  }
}
