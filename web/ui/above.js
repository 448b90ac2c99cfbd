/** Keeps a part of the page above modal dialogs: a browser shows what is outside of the uppermost one under it, and inert. */

/** @typedef {Pick<HTMLDialogElement, "open" | "isConnected">} Opened */

/**
 * @template {Opened} Dialog
 * @param {readonly Dialog[]} stack the dialogs that were open, the uppermost last
 * @param {readonly Dialog[]} changed that were opened or closed since, in this order
 * @returns {Dialog[]} those that are open
 */
export function openOnes(stack, changed) {
  const latest = new Set([...changed].reverse());
  return [...stack.filter((one) => !latest.has(one)), ...[...latest].reverse()].filter((one) => one.open && one.isConnected);
}

/**
 * Within the uppermost dialog while one is open, else where it was. It must take no room there.
 *
 * @param {HTMLElement} part
 */
export function keepAbove(part) {
  const { parentElement: home, nextSibling: after } = part;
  /** @type {HTMLDialogElement[]} */
  let stack = [];
  const observer = new MutationObserver((records) => {
    const dialogs = records.map(({ target }) => target).filter((target) => target instanceof HTMLDialogElement);
    stack = openOnes(stack, dialogs).filter((dialog) => dialog.matches(":modal"));
    const parent = stack.at(-1) ?? home;
    if (parent && part.parentElement !== parent) move(part, parent, parent === home ? after : null);
  });
  // Before the event `close`, at which dialogs are taken out of the page.
  observer.observe(document.body, { attributes: true, attributeFilter: ["open"], subtree: true });
}

/**
 * @param {HTMLElement} part
 * @param {HTMLElement} parent
 * @param {Node | null} before
 */
function move(part, parent, before) {
  const atomic = /** @type {{moveBefore?: (node: Node, before: Node | null) => void}} */ (parent);
  // With its focus, and nothing appears or is read out anew.
  if (atomic.moveBefore) return atomic.moveBefore(part, before);
  const focused = document.activeElement;
  parent.insertBefore(part, before);
  if (focused instanceof HTMLElement && part.contains(focused)) focused.focus();
}
