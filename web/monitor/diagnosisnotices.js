/** Notices of the server's diagnoses: one for each thing to do, however many calls suffer. */

import { diagnosisText } from "../text/diagnosis.js";

/** @import {Notices} from "../app/notices.js" */
/** @import {Diagnoses} from "./diagnoses.js" */

/**
 * @param {Diagnoses} diagnoses
 * @param {Pick<Notices, "show" | "hide">} notices
 * @param {(peerId: string) => string} nameOf
 */
export function showDiagnoses(diagnoses, notices, nameOf) {
  /** What is shown, by key. @type {Map<string, string>} */
  let shown = new Map();
  diagnoses.on("changed", () => {
    /** @type {Map<string, string[]>} */
    const peersByKey = new Map();
    for (const peerId of diagnoses.peers) {
      const key = keyOf(diagnoses, peerId);
      peersByKey.set(key, [...(peersByKey.get(key) ?? []), peerId]);
    }
    const wanted = new Map();
    for (const [key, peers] of peersByKey) {
      const diagnosis = diagnoses.of(peers[0] ?? "");
      if (diagnosis) wanted.set(key, diagnosisText(diagnosis, peers.map(nameOf).sort((a, b) => a.localeCompare(b))));
    }
    for (const key of shown.keys()) if (!wanted.has(key)) notices.hide(key);
    for (const [key, words] of wanted) {
      if (shown.get(key) !== words) notices.show(words, { key, problem: true, stays: true });
    }
    shown = wanted;
  });
}

/**
 * @param {Diagnoses} diagnoses
 * @param {string} peerId
 */
function keyOf(diagnoses, peerId) {
  const { cause, whose } = diagnoses.of(peerId) ?? {};
  return `diagnosis-${cause}-${whose === "them" ? peerId : whose}`;
}
