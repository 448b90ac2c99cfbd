/** Pictures written as text: the source of an SVG, a data URL. Pure. */

const SVG = /^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?(?:<!DOCTYPE[^>]*>\s*)?<svg[\s>]/i;
const SVG_END = /<\/svg\s*>$/i;
const DATA_URL = /^data:(image\/[a-z0-9.+-]+)((?:;[\w=-]+)*),(\S*)$/i;

/**
 * @param {string} words without white space around
 * @returns {File | null} `null`: these are other words
 */
export function drawingIn(words) {
  if (SVG.test(words) && SVG_END.test(words)) return new File([words], "", { type: "image/svg+xml" });
  const [, type = "", parameters = "", data = ""] = DATA_URL.exec(words) ?? [];
  if (!type) return null;
  try {
    const content = decodeURIComponent(data);
    const bytes = /;base64$/i.test(parameters) ? Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0)) : content;
    return new File([bytes], "", { type: type.toLowerCase() });
  } catch {
    return null;
  }
}
