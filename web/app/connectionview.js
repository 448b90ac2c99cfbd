/** View of the connection's state: the sign, the notice when reconnecting takes long, the panel when it has ended. */

import { hasToken } from "../connection/jointoken.js";
import { entryOf } from "../lib/own.js";
import { connectionText, endText, text } from "../text/calls.js";
import { byId, setText } from "../ui/dom.js";

/** @import {Context} from "./context.js" */
/** @import {CanvasConnection} from "../protocol.js" */

/** In one state other than `open` for so long: say why. */
const PATIENCE_MS = 5_000;

/** @param {Pick<Context, "connection" | "notices">} context */
export function showConnection({ connection, notices }) {
  const explain = () => {
    if (connection.state === "open" || connection.state === "closed" || connection.isWaiting) return;
    const why = entryOf(text.putOff, connection.putOff) ?? text.unreachable;
    notices.show(why, { key: "connection", stays: true });
  };
  let patience = setTimeout(explain, PATIENCE_MS);
  connection.on("state", (state) => {
    const node = byId("connection", HTMLElement);
    node.dataset["connection"] = state;
    setText(node, connectionText[state]);
    byId("closed", HTMLElement).hidden = state !== "closed" || connection.closeCode === "";
    if (state === "closed") setText(byId("closed-text", HTMLElement), whyClosed(connection));
    clearTimeout(patience);
    patience = setTimeout(explain, PATIENCE_MS);
    if (state === "open") notices.hide("connection");
    showWaiting(connection);
  });
  connection.on("waiting", () => {
    setText(byId("connection", HTMLElement), text.waiting);
    showWaiting(connection);
  });
  connection.on("overflow", () => {
    notices.show(text.overflow, { key: "overflow", problem: true });
    connection.send({ type: "get_scene" });
  });
  byId("rejoin", HTMLButtonElement).addEventListener("click", () => location.reload());
  // Another link to this canvas, put into this window: the browser itself stays on the page.
  addEventListener("hashchange", () => {
    if (hasToken(location.hash)) location.reload();
  });
}

/** Bars and panels can do nothing for who waits to be let in. @param {CanvasConnection} connection */
function showWaiting({ isWaiting }) {
  document.body.toggleAttribute("data-waiting", isWaiting);
}

/**
 * @param {CanvasConnection} connection
 * @returns {string}
 */
function whyClosed({ closeCode, closeReason }) {
  const known = entryOf(endText, closeCode);
  if (known) return known;
  return closeCode.startsWith("41") ? text.closed(closeReason) : text.refused(closeReason);
}
