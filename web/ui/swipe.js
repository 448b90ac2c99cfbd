/** A sheet that is pushed down closes, as sheets do on phones. */

/** It has been pushed so far, or is pushed so fast. */
const FAR_PX = 64;
const FAST_PX_PER_MS = 0.5;
const LEAST_PX = 16;

/**
 * @param {number} dy how far down, in pixels
 * @param {number} ms how long it took
 * @returns {boolean} that is meant to close
 */
export function closes(dy, ms) {
  return dy >= FAR_PX || (dy >= LEAST_PX && dy / Math.max(ms, 1) >= FAST_PX_PER_MS);
}

/**
 * Close a sheet by pushing it down with a finger, where nothing in it can be scrolled up.
 *
 * @param {HTMLElement} sheet
 * @param {() => void} close
 */
export function closeBySwipe(sheet, close) {
  /** @type {{y: number, at: number, id: number} | null} */
  let began = null;
  sheet.addEventListener("touchstart", ({ touches: [touch, second], target, timeStamp }) => {
    const isAlone = touch !== undefined && second === undefined;
    began = isAlone && isSheet(sheet) && !isScrolled(target, sheet) ? { y: touch.clientY, at: timeStamp, id: touch.identifier } : null;
  }, { passive: true });
  sheet.addEventListener("touchmove", ({ touches: [touch] }) => {
    if (!began || touch?.identifier !== began.id) return;
    sheet.style.translate = `0 ${Math.max(0, touch.clientY - began.y)}px`;
  }, { passive: true });
  sheet.addEventListener("touchend", ({ changedTouches: [touch], timeStamp }) => {
    sheet.style.translate = "";
    if (began && touch && closes(touch.clientY - began.y, timeStamp - began.at)) close();
    began = null;
  }, { passive: true });
  sheet.addEventListener("touchcancel", () => {
    sheet.style.translate = "";
    began = null;
  }, { passive: true });
}

/** @param {HTMLElement} node @returns {boolean} the style sheet shows it as one here */
function isSheet(node) {
  return getComputedStyle(node).getPropertyValue("--sheet").trim() === "1";
}

/**
 * @param {EventTarget | null} target
 * @param {HTMLElement} sheet
 * @returns {boolean} something there is to be scrolled up first, or slid
 */
function isScrolled(target, sheet) {
  for (let node = target instanceof Element ? target : null; node && node !== sheet; node = node.parentElement) {
    if (node.scrollTop > 0 || node.matches("input[type=range], textarea")) return true;
  }
  return false;
}
