/** Makes the board, with the parts of it that show the quality of calls. */

import { isReloaded } from "../lib/navigation.js";
import { Badges } from "../monitor/badge.js";
import { showDiagnoses } from "../monitor/diagnosisnotices.js";
import { Reporter } from "../monitor/reporter.js";
import { VerifiedCalls } from "../security/verifiedcalls.js";
import { text } from "../text/security.js";
import { Board } from "./board.js";
import { latestSpeaker } from "./latestspeaker.js";

/** @import {Context} from "./context.js" */

/**
 * @param {Context} context
 * @returns {Board}
 */
export function createBoard(context) {
  const { connection, pass, scene, videos, monitor, diagnoses, signaling, notices, nameOf, describe } = context;
  new Reporter(monitor, connection, (peerId) => signaling.callState(peerId) === "connected");
  showDiagnoses(diagnoses, notices, nameOf);
  const compared = new VerifiedCalls(signaling, (peerId) => {
    notices.show(text.changed(nameOf(peerId)), { problem: true, stays: true, key: `code-${peerId}` });
  });
  const badges = new Badges(monitor, nameOf, (peerId, badge) => {
    board.panels.openCall(peerId, badge);
  });
  const board = new Board(connection, pass, scene, videos, { monitor, diagnoses, compared }, notices, {
    describe,
    join: (peerId) => (describe(peerId).inGroup ? signaling.joinCall() : signaling.ring(peerId)),
    badgeFor: (peerId) => badges.nodeFor(peerId),
    speaker: latestSpeaker(context),
    isAlone: () => context.roster.peers.size < 2,
    may: (right) => context.rights.has(right),
    chat: context.chat,
    ownPeerId: () => connection.peerId ?? "",
    others: () => [...context.roster.peers.keys()].filter((peerId) => peerId !== connection.peerId).map(describe),
    isBack: context.identity !== null || isReloaded(),
  });
  return board;
}
