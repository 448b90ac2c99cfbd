/** Time in the hands of a test: the timers of the code under test, and `performance.now()`. */

/** @type {{at: number, act: () => void, id: number}[]} */
let timers = [];
let now = 0;
let lastId = 0;

/** Take the place of the real clock, for the rest of this process. */
export function installClock() {
  Object.assign(globalThis, {
    setTimeout: (/** @type {() => void} */ act, delay = 0) => {
      timers.push({ at: now + delay, act, id: ++lastId });
      return lastId;
    },
    clearTimeout: (/** @type {number | undefined} */ id) => {
      timers = timers.filter((timer) => timer.id !== id);
    },
  });
  performance.now = () => now;
}

export function resetClock() {
  timers = [];
  now = 0;
}

/** How many timers run. */
export const running = () => timers.length;

/**
 * Let time pass, timer by timer.
 *
 * @param {number} ms
 * @param {() => Promise<void>} [settle] lets what a timer began come to its end
 */
export async function advance(ms, settle = async () => {}) {
  const end = now + ms;
  for (;;) {
    const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id);
    if (!next) break;
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, next.at);
    next.act();
    await settle();
  }
  now = end;
}
