/** The history of a session, read from the server page by page, and earlier scenes made from it. Pure. */

import { sitePath } from "../../lib/site.js";
import { after, elementsOf } from "../../scene/historyscene.js";

/** @import {Elements, Entry} from "../../scene/historyscene.js" */
/** @import {SceneDocument} from "../../types/messages.js" */

/** @typedef {{revision: number, first_revision: number, entries: Entry[]}} HistoryPage latest first */

const PAGE = 200;
/** Of what is new since the last time: mostly a few changes. */
const NEW_PAGE = 40;
const KEPT_ENTRIES = 20_000;
const KEPT_SCENES = 24;
/** To step through so many changes is cheaper than to fetch a scene. */
const NEAR = 400;

/** The server cannot give what was asked for; the message is the error code. */
export class HistoryFailure extends Error {}

export class Timeline {
  #address;
  #fetch;
  /** Oldest first, without a gap between them. @type {Entry[]} */
  entries = [];
  /** The latest. */
  revision = 0;
  /** The history reaches back to the scene at this revision. */
  firstRevision = 0;
  /** Scenes that were asked for, least recently used first. @type {Map<number, Elements>} */
  #scenes = new Map();

  /**
   * @param {string} sessionId
   * @param {(address: string, how: RequestInit) => Promise<Response>} [fetcher]
   */
  constructor(sessionId, fetcher = (...request) => fetch(...request)) {
    this.#address = sitePath(`api/scene/${sessionId}`);
    this.#fetch = fetcher;
  }

  /** Whether everything the server has of the history is here. */
  get complete() {
    const [oldest] = this.entries;
    return oldest ? oldest.revision <= this.firstRevision + 1 : this.revision <= this.firstRevision;
  }

  /**
   * Read what is new; all of it where an older state was restored on the server, whose changes have the same numbers.
   *
   * @returns {Promise<void>}
   * @throws {HistoryFailure}
   */
  async refresh() {
    const known = this.entries.at(-1)?.revision ?? -1;
    const size = known < 0 ? PAGE : NEW_PAGE;
    let page = await this.#page(null, size);
    const { revision, first_revision } = page;
    if (revision < known) return this.#startAnew();
    /** @type {Entry[]} */
    const added = [];
    for (;;) {
      const fresh = page.entries.filter((entry) => entry.revision > known);
      added.push(...fresh);
      if (page.entries.some((entry) => this.#isOfAnotherPast(entry))) return this.#startAnew();
      const oldest = fresh.at(-1);
      const reached = fresh.length < page.entries.length || page.entries.length < size;
      if (!oldest || reached) break;
      // So far behind that what is known is not worth keeping together with what is new.
      if (known < 0 || added.length >= KEPT_ENTRIES) {
        this.entries = [];
        break;
      }
      page = await this.#page(oldest.revision, size);
    }
    this.entries = [...this.entries, ...added.reverse()].slice(-KEPT_ENTRIES);
    this.revision = revision;
    this.firstRevision = first_revision;
  }

  /** @returns {Promise<void>} */
  #startAnew() {
    this.entries = [];
    this.#scenes.clear();
    return this.refresh();
  }

  /** @param {Entry} entry of the server */
  #isOfAnotherPast({ revision, timestamp }) {
    const known = this.entryAt(revision);
    return known?.revision === revision && known.timestamp !== timestamp;
  }

  /**
   * Read a piece before the oldest that is here.
   *
   * @throws {HistoryFailure}
   */
  async readEarlier() {
    const [oldest] = this.entries;
    if (!oldest || this.complete) return;
    const page = await this.#page(oldest.revision);
    this.firstRevision = page.entries.length === 0 ? oldest.revision - 1 : page.first_revision;
    if (this.entries[0] === oldest) this.entries = [...page.entries.reverse(), ...this.entries];
  }

  /**
   * The change that led to a revision, or the last one before it.
   *
   * @param {number} revision
   * @returns {Entry | undefined}
   */
  entryAt(revision) {
    return this.entries[this.#placeAfter(revision) - 1];
  }

  /**
   * The change that follows a revision.
   *
   * @param {number} revision
   * @returns {Entry | undefined}
   */
  entryAfter(revision) {
    return this.entries[this.#placeAfter(revision)];
  }

  /**
   * The scene as it was after a revision: from one that is known, by what follows it, or from the server.
   *
   * @param {number} revision
   * @returns {Promise<Elements>}
   * @throws {HistoryFailure}
   */
  async sceneAt(revision) {
    const near = this.#nearest(revision);
    const elements = near ?? elementsOf(await this.#scene(revision));
    this.#scenes.delete(revision);
    this.#scenes.set(revision, elements);
    const [oldest] = this.#scenes.keys();
    if (this.#scenes.size > KEPT_SCENES && oldest !== undefined) this.#scenes.delete(oldest);
    return elements;
  }

  /**
   * @param {number} revision
   * @returns {Elements | null}
   */
  #nearest(revision) {
    const known = [...this.#scenes.keys()].filter((one) => one <= revision);
    const from = Math.max(...known);
    const elements = this.#scenes.get(from);
    if (!elements || from === revision) return elements ?? null;
    const [oldest] = this.entries;
    if (!oldest || oldest.revision > from + 1) return null; // something between is not here
    const between = this.entries.slice(this.#placeAfter(from), this.#placeAfter(revision));
    return between.length > NEAR ? null : after(elements, between);
  }

  /**
   * @param {number} revision
   * @returns {number} how many of the entries are of that revision or an earlier one
   */
  #placeAfter(revision) {
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * @param {number | null} before
   * @param {number} [limit]
   * @returns {Promise<HistoryPage>}
   */
  #page(before, limit = PAGE) {
    return this.#get(`/history?limit=${limit}${before === null ? "" : `&before=${before}`}`);
  }

  /** @param {number} revision */
  async #scene(revision) {
    /** @type {{scene: SceneDocument}} */
    const answer = await this.#get(`?revision=${revision}`);
    return answer.scene;
  }

  /** @param {string} rest of the address */
  async #get(rest) {
    let response;
    try {
      response = await this.#fetch(this.#address + rest, { cache: "no-cache" });
    } catch {
      throw new HistoryFailure("unreachable");
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new HistoryFailure(String(answer.code ?? response.status));
    return answer;
  }
}
