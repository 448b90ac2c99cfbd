/**
 * Values that outlive the page: as text in `localStorage`, which is of this browser, or in `sessionStorage`, which is of
 * one window and comes back with it. Storage can be forbidden, full, cleared by others, or hold what another version of
 * the page or anybody else has written; none of that throws here.
 */

/** `browser`: shared by all windows; `window`: of this one, also after a reload or a crash. @typedef {"browser" | "window"} Area */

const AREAS = /** @type {const} */ ({ browser: "localStorage", window: "sessionStorage" });

/**
 * @param {Area} area
 * @param {string} key
 * @returns {string | null} `null`: nothing is kept, or nothing can be
 */
export function readText(area, key) {
  try {
    return globalThis[AREAS[area]].getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {Area} area
 * @param {string} key
 * @param {string | null} text `null`: nothing any more
 * @returns {boolean} false: it lasts as long as the page
 */
export function writeText(area, key, text) {
  try {
    const storage = globalThis[AREAS[area]];
    if (text === null) storage.removeItem(key);
    else storage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

/**
 * A record kept as JSON, whose fields are checked one by one when it is read: what has another shape counts as never
 * set, and takes no other field along. Each window writes what it changes and leaves the rest as the others left it.
 *
 * @template {object} Fields
 */
export class StoredRecord {
  #area;
  #key;
  #checks;

  /**
   * @param {Area} area
   * @param {string} key
   * @param {{[Name in keyof Fields]: (kept: unknown) => Fields[Name] | undefined}} checks `undefined`: it is none
   */
  constructor(area, key, checks) {
    this.#area = area;
    this.#key = key;
    this.#checks = checks;
  }

  /** @returns {Partial<Fields>} what is kept, as far as it means something */
  read() {
    const kept = this.#parse();
    /** @type {Partial<Fields>} */
    const found = {};
    for (const name of /** @type {(keyof Fields & string)[]} */ (Object.keys(this.#checks))) {
      const value = Object.hasOwn(kept, name) ? this.#checks[name](kept[name]) : undefined;
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  /**
   * @param {Partial<Fields>} changed
   * @returns {boolean} it is kept
   */
  write(changed) {
    return writeText(this.#area, this.#key, JSON.stringify({ ...this.read(), ...changed }));
  }

  /** Keep nothing any more. */
  clear() {
    writeText(this.#area, this.#key, null);
  }

  /** @returns {Record<string, unknown>} */
  #parse() {
    try {
      const kept = JSON.parse(readText(this.#area, this.#key) ?? "{}");
      return typeof kept === "object" && kept !== null ? kept : {};
    } catch {
      return {};
    }
  }
}

/** @param {unknown} kept @returns {boolean | undefined} */
export function asBoolean(kept) {
  return typeof kept === "boolean" ? kept : undefined;
}

/**
 * @template {string} Word
 * @param {readonly Word[]} words
 * @returns {(kept: unknown) => Word | undefined}
 */
export function asOneOf(words) {
  return (kept) => words.find((word) => word === kept);
}

/** @param {unknown} kept @returns {number | undefined} */
export function asNumber(kept) {
  return typeof kept === "number" && Number.isFinite(kept) ? kept : undefined;
}
