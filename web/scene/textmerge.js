/**
 * Three-way merge of texts: what two people made of one text, each without the other. Whatever either has written is in
 * the result, and what either has deleted is not (rule TOG6). Pure.
 */

import { diffIndices } from "../vendor/node-diff3/diff3.mjs";

/**
 * At a place, so many UTF-16 units are replaced. What is inserted `opens` or `closes` a word where it does not go on with
 * the letters before it, or those behind it do not go on with it.
 *
 * @typedef {{at: number, deleted: number, inserted: string, opens: boolean, closes: boolean}} Replacement
 */
/**
 * A change of a text: only what differs, and as what it does to whole words.
 *
 * @typedef {Replacement & {whole: Replacement}} TextChange
 */

const UNSPACED = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}";
/** A letter of a script that writes words apart. */
const SPACED = new RegExp(`(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}]`, "u");
/** Words and signs, each with the space in front of it; and the space at the end. */
const TOKENS = new RegExp(`(\\s*)([${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}\\p{Pc}])+|\\S|$)`, "gu");
/** Of tokens compared with tokens; what is more is taken as replaced as a whole. */
const MOST_COMPARED = 250_000;

/**
 * The changes that make one text another, in order, by words: of a word that differs only what differs.
 *
 * @param {string} from
 * @param {string} to
 * @returns {TextChange[]}
 */
export function textChanges(from, to) {
  if (from === to) return [];
  const [before, after] = [tokensOf(from), tokensOf(to)];
  return hunksOf(before, after).map(([span, by]) => narrowed(from, span, to, by));
}

/**
 * @param {string} base what both have changed
 * @param {string} theirs
 * @param {string} mine where both insert at one place, this comes first: who types on stays in front of what came meanwhile
 * @param {{mayBeThere?: boolean}} [how] `mayBeThere`: mine may be in theirs already, and is then not made twice
 * @returns {string}
 */
export function mergeTexts(base, theirs, mine, { mayBeThere = false } = {}) {
  if (theirs === base || theirs === mine) return mine;
  if (mine === base) return theirs;
  const there = textChanges(base, theirs);
  const here = textChanges(base, mine).filter((change) => !mayBeThere || !there.some((other) => has(other, change)));
  return merged(base, chosen(here, there), chosen(there, here));
}

/**
 * Where a place in a text is after others have changed it: what is inserted there comes behind it.
 *
 * @param {number} place
 * @param {readonly TextChange[]} changes
 * @returns {number}
 */
export function movedPlace(place, changes) {
  let moved = place;
  for (const { at, deleted, inserted } of changes) {
    if (at >= place) break;
    moved += inserted.length - Math.min(deleted, place - at);
  }
  return moved;
}

/**
 * @param {readonly TextChange[]} changes
 * @param {readonly TextChange[]} others
 * @returns {Replacement[]} as whole words where the others delete of the same word: it would be torn
 */
function chosen(changes, others) {
  return changes.map((change) => {
    const { inserted, whole } = change;
    const isTorn = others.some((other) => other.deleted > 0 && other.whole.at < end(whole) && end(other.whole) > whole.at);
    return inserted !== "" && isTorn ? whole : change;
  });
}

/**
 * @param {string} base
 * @param {readonly Replacement[]} here
 * @param {readonly Replacement[]} there
 * @returns {string}
 */
function merged(base, here, there) {
  const insertions = [...here, ...there].filter(({ inserted }) => inserted !== "");
  insertions.sort((one, other) => one.at - other.at); // stable: here before there
  const deletions = [...here, ...there].filter(({ deleted }) => deleted > 0).sort((one, other) => one.at - other.at);
  let text = "";
  let place = 0;
  let next = 0;
  let isClosed = false;
  /** Words that are two in the texts of both do not become one. @param {string} part @param {boolean} opens */
  const put = (part, opens) => {
    if (part === "") return;
    if ((opens || isClosed) && isOneWord(text, part)) text += " ";
    text += part;
    isClosed = false;
  };
  /** @param {number} until */
  const keep = (until) => {
    while (place < until) {
      while (next < deletions.length && end(deletions[next]) <= place) next += 1;
      const deletion = deletions[next];
      if (deletion && deletion.at <= place) place = Math.min(until, end(deletion));
      else {
        const stop = Math.min(until, deletion?.at ?? until);
        put(base.slice(place, stop), false);
        place = stop;
      }
    }
  };
  for (const { at, inserted, opens, closes } of insertions) {
    keep(at);
    put(inserted, opens);
    isClosed = closes;
  }
  keep(base.length);
  return text;
}

/**
 * @param {string} before
 * @param {string} after
 * @returns {boolean} whether the last letter of one and the first of the other are of one word
 */
function isOneWord(before, after) {
  return SPACED.test([...before.slice(-2)].at(-1) ?? "") && SPACED.test([...after.slice(0, 2)][0] ?? "");
}

/** @param {Replacement | undefined} change */
function end(change) {
  return change ? change.at + change.deleted : 0;
}

/**
 * @param {TextChange} other
 * @param {TextChange} change
 * @returns {boolean} whether one has done what the other does
 */
function has(other, change) {
  const isInserted = other.at === change.at && other.inserted.includes(change.inserted);
  return isInserted && end(other) >= end(change);
}

/** @typedef {{at: number, end: number}} Span */
/** A word or a sign. `at`: where the space in front of it begins. @typedef {Span & {word: string, space: string}} Token */

/**
 * @param {string} text
 * @returns {Token[]} the last one is the end
 */
function tokensOf(text) {
  return [...text.matchAll(TOKENS)].map(({ index, 0: all, 1: space = "", 2: word = "" }) => ({
    at: index, end: index + all.length, word, space,
  }));
}

/**
 * @param {Token[]} before
 * @param {Token[]} after
 * @returns {[Span, Span][]} what is replaced, and by what, in order; those that touch each other are one
 */
function hunksOf(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && isSame(before[start], after[start])) start += 1;
  let end = 0;
  while (end < most - start && isSame(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const [one, other] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const [from, to] = [before[start]?.at ?? 0, after[start]?.at ?? 0];
  if (one.length * other.length > MOST_COMPARED) {
    return [[{ at: from, end: one.at(-1)?.end ?? from }, { at: to, end: other.at(-1)?.end ?? to }]];
  }
  /** @type {[Span, Span][]} */
  const hunks = [];
  const replace = (/** @type {Span} */ span, /** @type {Span} */ by) => {
    const last = hunks.at(-1);
    if (last?.[0].end === span.at && last[1].end === by.at) [last[0].end, last[1].end] = [span.end, by.end];
    else hunks.push([span, by]);
  };
  let [place, placeAfter] = [0, 0];
  /** The same words, with another space in front of them perhaps. @param {number} until */
  const pass = (until) => {
    for (; place < until; place++, placeAfter++) {
      const [was, is] = [one[place], other[placeAfter]];
      if (!was || !is || was.space === is.space) continue;
      replace({ at: was.at, end: was.at + was.space.length }, { at: is.at, end: is.at + is.space.length });
    }
  };
  const words = [one, other].map((tokens) => tokens.map(({ word }) => word));
  for (const { buffer1: [first = 0, count = 0], buffer2: [firstAfter = 0, countAfter = 0] } of diffIndices(words[0], words[1])) {
    pass(first);
    replace(spanOf(one, first, count, from), spanOf(other, firstAfter, countAfter, to));
    [place, placeAfter] = [first + count, firstAfter + countAfter];
  }
  pass(one.length);
  return hunks;
}

/**
 * @param {Token | undefined} one
 * @param {Token | undefined} other
 * @returns {boolean}
 */
function isSame(one, other) {
  return one?.word === other?.word && one?.space === other?.space;
}

/**
 * @param {readonly Token[]} tokens
 * @param {number} first
 * @param {number} count
 * @param {number} from where the first of all begins
 * @returns {Span}
 */
function spanOf(tokens, first, count, from) {
  const at = tokens[first]?.at ?? tokens[first - 1]?.end ?? from;
  return { at, end: tokens[first + count - 1]?.end ?? at };
}

/**
 * @param {string} from
 * @param {Span} span of it that is replaced
 * @param {string} to
 * @param {Span} by of that
 * @returns {TextChange} where letters are only added, or only taken away, no more than that
 */
function narrowed(from, span, to, by) {
  const whole = replacement(span, to, by);
  const [start, end] = sharedEnds(from.slice(span.at, span.end), whole.inserted);
  const rest = { at: span.at + start, end: span.end - end };
  const added = { at: by.at + start, end: by.end - end };
  if (rest.end > rest.at && added.end > added.at) return { ...whole, whole };
  return { ...replacement(rest, to, added), whole };
}

/**
 * @param {Span} span
 * @param {string} to
 * @param {Span} by
 * @returns {Replacement}
 */
function replacement(span, to, by) {
  const inserted = to.slice(by.at, by.end);
  return {
    at: span.at,
    deleted: span.end - span.at,
    inserted,
    opens: !isOneWord(to.slice(0, by.at), inserted),
    closes: !isOneWord(inserted, to.slice(by.end)),
  };
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {[number, number]} how much both have in common at the beginning, and at the end; no letter is divided
 */
function sharedEnds(one, other) {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start += 1;
  if (isInLetter(one, start) || isInLetter(other, start)) start -= 1;
  let end = 0;
  while (end < most - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  if (isInLetter(one, one.length - end) || isInLetter(other, other.length - end)) end -= 1;
  return [start, end];
}

/**
 * @param {string} text
 * @param {number} place
 */
function isInLetter(text, place) {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(place - 1, place + 1));
}
