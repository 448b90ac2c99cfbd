/**
 * Part of the page whose code is loaded when it is first needed, by `import()`, or ahead when the page has nothing else to do
 * (rule DOR8). One that cannot be loaded is tried again the next time.
 */

import { text } from "../text/panels.js";
import { errorName, log } from "../lib/log.js";

/** @import {Notices} from "../app/notices.js" */

/** Of the fetches ahead, until the browser says that it is idle. */
const LONGEST_WAIT_MS = 2_000;
/** Before what is missing is fetched ahead once more; each time twice as long, so often. */
const FIRST_PAUSE_MS = 5_000;
const MOST_ROUNDS = 8;
/** What a notice says is missing. @type {Set<Part<any>>} */
const missing = new Set();

/** @template T */
export class Part {
  #load;
  /** @type {Promise<T> | null} */
  #loaded = null;
  /** It, once it is there. @type {T | null} */
  loaded = null;

  /** @param {() => Promise<T>} load */
  constructor(load) {
    this.#load = load;
  }

  /** @returns {Promise<T>} rejected where it cannot be loaded now */
  load() {
    this.#loaded ??= this.#load().then((loaded) => (this.loaded = loaded), (error) => {
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
      missing.add(this);
      return notices.show(text.partMissing, { key: "part", problem: true, stays: true, action });
    }
    this.settle(notices);
    act(loaded);
  }

  /** It is there: the notice goes, unless it is about another one too. @param {Pick<Notices, "hide">} notices */
  settle(notices) {
    if (missing.delete(this) && missing.size === 0) notices.hide("part");
  }
}

/**
 * Load parts one after the other while the page is idle, so that the first press is fast, and works without the server. What
 * is missing is tried again: nobody can press for what has no button without its code, such as the tools.
 *
 * @param {Iterable<Part<any>>} parts
 * @param {Pick<Notices, "hide">} notices
 */
export async function loadAhead(parts, notices) {
  let rest = [...parts];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (round > 0) await pause(FIRST_PAUSE_MS * 2 ** (round - 1));
    rest = await notLoaded(rest, notices);
    if (rest.length === 0) return;
  }
}

/**
 * @param {Part<any>[]} parts
 * @param {Pick<Notices, "hide">} notices
 * @returns {Promise<Part<any>[]>} those that cannot be loaded now
 */
async function notLoaded(parts, notices) {
  const rest = [];
  for (const part of parts) {
    await idle();
    try {
      await part.load();
      part.settle(notices);
    } catch (error) {
      log("part", "not ahead", errorName(error));
      rest.push(part);
    }
  }
  return rest;
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
