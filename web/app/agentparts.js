/** Loads what people see of agents when there is something to see: an agent, a proposal or a question. */

import { Part } from "../ui/part.js";

/** @import {Context} from "./context.js" */
/** @import {Board} from "./board.js" */
/** @import {Agents} from "../agents/agents.js" */

/**
 * @param {Context} context
 * @param {Board} board
 */
export function connectAgents(context, board) {
  const { connection, roster, notices } = context;
  const part = new Part(async () => {
    const { Agents } = await import("../agents/agents.js");
    return new Agents(context, board);
  });
  /** In the order in which they came, also while it is loading. @param {(agents: Agents) => void} act */
  const use = (act) => void part.use(act, notices);
  connection.on("proposal", (message) => use((agents) => agents.cards.propose(message)));
  connection.on("proposal_decided", (message) => use((agents) => agents.cards.decide(message)));
  connection.on("question", (message) => use((agents) => agents.cards.ask(message)));
  connection.on("peer_thinking", (message) => use((agents) => agents.think(message)));
  connection.on("lost", () => part.loaded?.clear());
  connection.on("message", ({ type }) => {
    const isOfPeople = type.startsWith("peer_") || type === "roster_changes";
    if (!isOfPeople || type === "peer_cursor") return;
    const isThere = [...roster.peers.values()].some(({ role }) => role === "agent");
    if (isThere || part.loaded) use((agents) => agents.show());
  });
}
