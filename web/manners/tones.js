/** Tones of the page, as notes: what rings, and what says that somebody has come. Pure. */

/** `at` and `seconds` from the beginning of the tone; `loud` from 0 to 1. @typedef {{hertz: number, at: number, seconds: number, loud: number}} Note */

/** @param {number} semitones from A at 440 Hz */
const pitch = (semitones) => 440 * 2 ** (semitones / 12);

/** A soft figure that goes up, and once more; it is repeated after `RING_SECONDS`. @type {readonly Note[]} */
export const RING = [0, 0.9].flatMap((start) =>
  [2, 6, 9, 14].map((semitones, place) => ({ hertz: pitch(semitones), at: start + place * 0.14, seconds: 0.9, loud: 0.16 - place * 0.01 })));
export const RING_SECONDS = 3.2;

/** Somebody has come: two notes, quieter than any voice. @type {readonly Note[]} */
export const CHIME = [
  { hertz: pitch(7), at: 0, seconds: 0.5, loud: 0.06 },
  { hertz: pitch(14), at: 0.12, seconds: 0.7, loud: 0.05 },
];
