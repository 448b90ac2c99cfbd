/** Events after which the network may be back: the moment to try again. */

const TICK_MS = 2_000;
const JUMP_MS = 8_000;

/**
 * Call `act` when the browser says that it is online, when the network changes, when the page becomes
 * visible or is fetched back from history, and when the clock jumps: the machine has slept.
 *
 * @param {() => void} act
 */
export function onWake(act) {
  globalThis.addEventListener?.("online", act);
  globalThis.addEventListener?.("pageshow", (event) => {
    if (/** @type {PageTransitionEvent} */ (event).persisted) act();
  });
  const { connection } = /** @type {{connection?: EventTarget}} */ (globalThis.navigator ?? {});
  connection?.addEventListener?.("change", act);
  const { document } = globalThis;
  document?.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") act();
  });
  if (!document) return;
  let last = Date.now();
  setInterval(() => {
    const slept = Date.now() - last > TICK_MS + JUMP_MS;
    last = Date.now();
    if (slept) act();
  }, TICK_MS);
}
