/** Choice of the pointers of a crowd that are drawn. Pure. */

/** Pointers drawn at a time; more are a swarm that nobody can read. */
export const MAX_DRAWN = 40;
/** A pointer that has rested for so long gives way to one that moves. */
export const RESTING_MS = 2_000;

/**
 * Says whether one more pointer may be drawn: those that move stay, so that none flickers.
 *
 * @param {ReadonlyMap<string, {movedAt: number}>} drawn by peer id, who moved last at the end
 * @param {number} now
 * @returns {{hasRoom: boolean, resting: string | null}} `resting`: who gives way for it
 */
export function roomFor(drawn, now) {
  if (drawn.size < MAX_DRAWN) return { hasRoom: true, resting: null };
  const [peerId, { movedAt }] = /** @type {[string, {movedAt: number}]} */ (drawn.entries().next().value);
  return now - movedAt > RESTING_MS ? { hasRoom: true, resting: peerId } : { hasRoom: false, resting: null };
}
