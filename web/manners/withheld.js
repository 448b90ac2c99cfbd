/**
 * Devices that are withheld from the page while they are wanted: by another program, by the system, by the permission of the
 * browser. Says so, and lets them come back.
 */

import { Timers } from "../lib/timers.js";
import { permissionOf, watchPermission } from "../media/permissions.js";
import { text } from "../text/manners.js";

/** @import {Notices} from "../app/notices.js" */
/** @import {LocalMedia, MediaKind} from "../media/local.js" */

const KINDS = /** @type {const} */ (["video", "audio"]);
/** Silence as short as that, while a device begins or a person turns to another program for a moment, is not said. */
const PATIENCE_MS = 2_000;
/** The first pause before a device is asked for again that another program has. It doubles up to the longest. */
const PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

export class WithheldDevices {
  #media;
  #notices;
  /** @type {Timers<"retry" | MediaKind>} */
  #timers = new Timers();
  #pause = PAUSE_MS;
  /** Of these was said that the system keeps them silent. @type {Set<MediaKind>} */
  #said = new Set();

  /**
   * @param {LocalMedia} media
   * @param {Pick<Notices, "show" | "hide">} notices
   */
  constructor(media, notices) {
    this.#media = media;
    this.#notices = notices;
    media.on("changed", () => this.#follow());
    for (const kind of KINDS) void watchPermission(kind, (state) => this.#permitted(kind, state));
  }

  #follow() {
    for (const kind of KINDS) this.#followSilence(kind);
    const isBusy = KINDS.some((kind) => this.#isBusy(kind));
    if (!isBusy) {
      this.#timers.clear("retry");
      this.#pause = PAUSE_MS;
    } else if (!this.#timers.isRunning("retry")) this.#retryLater();
  }

  /** @param {MediaKind} kind */
  #isBusy(kind) {
    return this.#media.stream !== null && this.#media.isWanted(kind) && this.#media.fault(kind) === "busy";
  }

  #retryLater() {
    this.#timers.start("retry", this.#pause, () => void this.#retry());
    this.#pause = Math.min(LONGEST_PAUSE_MS, 2 * this.#pause);
  }

  async #retry() {
    const busy = KINDS.filter((kind) => this.#isBusy(kind));
    const states = await Promise.all(busy.map(permissionOf));
    // Where it is not known that the browser asks nobody, the person presses the button.
    if (states.includes("granted")) await this.#media.findDevices();
    if (KINDS.some((kind) => this.#isBusy(kind)) && !this.#timers.isRunning("retry")) this.#retryLater();
  }

  /** @param {MediaKind} kind */
  #followSilence(kind) {
    const isSilent = this.#media.isOn(kind) && !this.#media.isSent(kind);
    if (!isSilent) {
      this.#timers.clear(kind);
      if (!this.#said.delete(kind)) return;
      this.#notices.hide(`silent-${kind}`);
      if (this.#media.isSent(kind)) this.#notices.show(text.given(kind), { key: `given-${kind}` });
    } else if (!this.#said.has(kind) && !this.#timers.isRunning(kind)) this.#timers.start(kind, PATIENCE_MS, () => this.#sayWhenSeen(kind));
  }

  /** A phone keeps cameras from pages that are not seen: that is no trouble. @param {MediaKind} kind */
  #sayWhenSeen(kind) {
    if (document.visibilityState === "hidden") return this.#timers.start(kind, PATIENCE_MS, () => this.#sayWhenSeen(kind));
    this.#said.add(kind);
    this.#notices.show(text.silent(kind), { key: `silent-${kind}`, problem: true, stays: true });
  }

  /**
   * @param {MediaKind} kind
   * @param {PermissionState} state
   */
  #permitted(kind, state) {
    const key = `permitted-${kind}`;
    const fault = this.#media.fault(kind);
    const isMissed = this.#media.stream !== null && !this.#media.track(kind) && (fault === "refused" || fault === "dismissed" || fault === "system");
    if (state !== "granted" || !isMissed) return this.#notices.hide(key);
    // Not by itself: the person may have allowed it for something else.
    const act = () => {
      if (!this.#media.track(kind)) this.#media.toggle(kind);
    };
    this.#notices.show(text.permitted(kind), { key, stays: true, action: { label: text.turnOn(kind), act } });
  }
}
