/** Memory of what a pure function made of short texts. Bounded. */

/** Longer texts are not kept. */
const LONGEST = 256;
/** With so many it begins anew. */
const MOST = 1_024;

/**
 * @template {string} Text
 * @param {(text: Text) => string} make pure
 * @returns {(text: Text) => string} the same, made once for each text
 */
export function remembering(make) {
  /** @type {Map<Text, string>} */
  const made = new Map();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const result = make(text);
    if (text.length > LONGEST) return result;
    if (made.size >= MOST) made.clear();
    made.set(text, result);
    return result;
  };
}
