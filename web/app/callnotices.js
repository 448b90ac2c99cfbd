/** Notices about calls and media: how a call ended, what a device refused, what many calls cost. */

import { MANY_CALLS, sendingQuality } from "../calls/quality.js";
import { shownWords } from "../lib/foreign.js";
import { callEndText, mediaFaultText, text } from "../text/calls.js";

/** @import {Context} from "./context.js" */
/** @import {Notices} from "./notices.js" */

/** @param {Pick<Context, "signaling" | "media" | "screen" | "videos" | "notices" | "nameOf">} context */
export function showCallNotices({ signaling, media, screen, videos, notices, nameOf }) {
  signaling.on("state", (change) => {
    if (change.state !== "ended") return;
    const message = callEndText(change, nameOf(change.peerId));
    if (message) notices.show(message, { problem: change.reason === "failed" });
  });
  screen.on("failed", (fault) => {
    notices.show(fault === "embedded" ? text.shareEmbedded : text.shareFailed, { problem: true });
  });
  screen.on("changed", () => {
    if (screen.echoes) notices.show(text.echo, { key: "echo", stays: true });
    else notices.hide("echo");
  });
  media.on("fault", ({ kinds, fault }) => notices.show(mediaFaultText(kinds, fault), { problem: true, key: `fault ${kinds}` }));
  media.on("found", ({ kind, label }) => notices.show(text.found(kind, shownWords(label, 120))));
  media.blur.on("lost", () => notices.show(text.unblurred, { problem: true, key: "blur" }));
  videos.on("blocked", (blocked) => {
    if (blocked) notices.show(text.soundBlocked, { key: "sound", stays: true });
    else notices.hide("sound");
  });
}

/** The notice of what many calls cost: shown anew only when there are more than ever before. */
export class ManyCallsNotice {
  #notices;
  #most = MANY_CALLS;

  /** @param {Notices} notices */
  constructor(notices) {
    this.#notices = notices;
  }

  /** @param {number} count of calls */
  show(count) {
    if (count <= MANY_CALLS) return this.#notices.hide("many");
    if (count <= this.#most) return;
    this.#most = count;
    const megabits = Math.ceil((count * sendingQuality(count).maxBitrate) / 1e6);
    this.#notices.show(text.manyCalls(count, megabits), { key: "many", stays: true });
  }
}
