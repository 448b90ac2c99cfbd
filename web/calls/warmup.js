/** Has a connection ready where a call is likely: a button that calls is pointed at, touched or focused. */

/** @import {SignalingManager} from "./signalingmanager.js" */

const CALLING = "[data-action=call], [data-action=group], [data-action=join-call]";

/** @param {Pick<SignalingManager, "expectCall" | "expectNoCall">} signaling */
export function warmUpCalls(signaling) {
  for (const event of ["pointerover", "focusin"]) {
    document.addEventListener(event, ({ target }) => {
      if (target instanceof Element && target.closest(CALLING)) signaling.expectCall();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") signaling.expectNoCall();
  });
}
