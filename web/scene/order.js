/**
 * The stacking order of elements, and how it is changed. Elements are drawn by their `z_index`, those with the same in the
 * order in which they came. Pure.
 */

/** @typedef {"front" | "back" | "forward" | "backward"} Restack */
/** @typedef {{id: string, z_index: number}} Layered */

/** @typedef {{id: string, z: number, born: number}} Layer */

/**
 * Bring elements to the front or to the back, or past the next one that they touch, and change as few
 * others as possible.
 *
 * @param {Layered[]} elements in the order in which they came
 * @param {ReadonlySet<string>} ids of those to restack; among them the order stays
 * @param {Restack} how
 * @param {(one: string, other: string) => boolean} [touch] whether two overlap on the canvas
 * @returns {Map<string, number>} the new `z_index` of each that changes
 */
export function restacked(elements, ids, how, touch = () => true) {
  const stack = elements
    .map(({ id, z_index }, born) => ({ id, z: z_index, born }))
    .sort((one, other) => one.z - other.z || one.born - other.born);
  const chosen = stack.filter(({ id }) => ids.has(id));
  const rest = stack.filter(({ id }) => !ids.has(id));
  const place = placeInRest(stack, chosen, rest, how, touch);
  if (place === null) return new Map();
  const wanted = [...rest.slice(0, place), ...chosen, ...rest.slice(place)];
  if (wanted.every((layer, number) => layer === stack[number])) return new Map();
  return renumbered(wanted, ids, place);
}

/**
 * @param {Layer[]} stack
 * @param {Layer[]} chosen
 * @param {Layer[]} rest
 * @param {Restack} how
 * @param {(one: string, other: string) => boolean} touch
 * @returns {number | null} how many of the others come below; `null`: nothing to pass
 */
function placeInRest(stack, chosen, rest, how, touch) {
  if (chosen.length === 0) return null;
  if (how === "front") return rest.length;
  if (how === "back") return 0;
  const up = how === "forward";
  const edge = up ? chosen.at(-1) : chosen[0];
  const from = edge ? stack.indexOf(edge) : 0;
  const beyond = rest.filter((layer) => (up ? stack.indexOf(layer) > from : stack.indexOf(layer) < from));
  const nearest = up ? beyond : beyond.reverse();
  const passed = nearest.find((other) => chosen.some(({ id }) => touch(id, other.id)));
  if (!passed) return null;
  return rest.indexOf(passed) + (up ? 1 : 0);
}

/**
 * @param {Layer[]} wanted the order to reach, from the back
 * @param {ReadonlySet<string>} ids of those that may be given any number
 * @param {number} place how many others are below them
 * @returns {Map<string, number>}
 */
function renumbered(wanted, ids, place) {
  /** @type {Map<string, number>} */
  const changes = new Map();
  const above = wanted[place + ids.size];
  // At the very back there is nothing to count up from: count down from what is above.
  let last = place === 0 && above ? { z: above.z - ids.size - 1, born: Infinity } : null;
  for (const layer of wanted) {
    const keeps = last === null || (ids.has(layer.id) ? false : isAbove(layer, last));
    const least = last === null ? layer.z : last.born < layer.born ? last.z : last.z + 1;
    const z = keeps ? layer.z : least;
    if (z !== layer.z) changes.set(layer.id, z);
    last = { z, born: layer.born };
  }
  return changes;
}

/**
 * @param {{z: number, born: number}} one
 * @param {{z: number, born: number}} other
 * @returns {boolean}
 */
function isAbove(one, other) {
  return one.z > other.z || (one.z === other.z && one.born > other.born);
}
