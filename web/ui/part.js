/**
 * Part of the page whose code is loaded when it is first needed, by `import()`, or ahead when the page has nothing else to do
 * (rule DOR8). One that cannot be loaded is tried again the next time.
 */

import { text } from "../text/panels.js";
import { errorName, log } from "../lib/log.js";

/** @import {Notices} from "../app/notices.js" */

/** Of the fetches ahead, until the browser says that it is idle. */
const LONGEST_WAIT_MS = 2_000;

/** @template T */
export class Part {
  #load;
  /** @type {Promise<T> | null} */
  #loaded = null;

  /** @param {() => Promise<T>} load */
  constructor(load) {
    this.#load = load;
  }

  /** @returns {Promise<T>} rejected where it cannot be loaded now */
  load() {
    this.#loaded ??= this.#load().catch((error) => {
      this.#loaded = null;
      throw error;
    });
    return this.#loaded;
  }

  /**
   * Do what a person has pressed for; where the part cannot be loaded, say so, with a way on.
   *
   * @param {(loaded: T) => void} act
   * @param {Pick<Notices, "show" | "hide">} notices
   */
  async use(act, notices) {
    let loaded;
    try {
      loaded = await this.load();
    } catch (error) {
      reportError(error); // the server is away, or it is a fault of the part
      const action = { label: text.reload, act: () => location.reload() };
      return notices.show(text.partMissing, { key: "part", problem: true, stays: true, action });
    }
    notices.hide("part");
    act(loaded);
  }
}

/**
 * Load parts one after the other while the page is idle, so that the first press is fast, and works without the server.
 *
 * @param {Iterable<Part<any>>} parts
 */
export async function loadAhead(parts) {
  for (const part of parts) {
    await idle();
    await part.load().catch((error) => log("part", "not ahead", errorName(error)));
  }
}

/** @returns {Promise<void>} */
function idle() {
  return new Promise((resolve) => {
    const done = () => resolve();
    // Safari has no such moments.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(done, { timeout: LONGEST_WAIT_MS });
    else setTimeout(done);
  });
}
