/** The self-test: runs the checks and shows what came of each. */

import { byId, make, setText } from "../ui/dom.js";
import { copy } from "../app/page.js";
import { errorName } from "../lib/log.js";
import { text } from "../text/doctor.js";
import { checkBrowser, checkCamera, checkMicrophone, checkNat, checkServer, checkStun, checkTurn } from "./checks.js";

/** @import {Outcome} from "../text/doctor.js" */

const list = byId("checks", HTMLOListElement);
const start = byId("start", HTMLButtonElement);
const copyButton = byId("copy", HTMLButtonElement);
/** @type {string[]} */
let report = [];

/**
 * Show a check while it runs, then its outcome.
 *
 * @param {string} id
 * @param {string} title
 * @param {() => Promise<Outcome>} run one that fails says nothing about what it tries
 * @returns {Promise<Outcome>}
 */
async function check(id, title, run) {
  const mark = make("span", { class: "mark", role: "img", "aria-label": text.levels.running }, text.marks.running);
  const words = make("p", {}, text.running);
  const row = make("li", { "data-check": id, "data-level": "running" }, mark, make("h2", {}, title), words);
  list.append(row);
  const outcome = await run().catch((error) => ({ level: /** @type {const} */ ("fair"), words: text.broken(errorName(error)) }));
  row.dataset["level"] = outcome.level;
  setText(mark, text.marks[outcome.level]);
  mark.setAttribute("aria-label", text.levels[outcome.level]);
  setText(words, outcome.words);
  report.push(`${text.marks[outcome.level]} ${title}: ${outcome.words}`);
  return outcome;
}

async function test() {
  start.disabled = true;
  copyButton.hidden = true;
  report = [];
  list.replaceChildren();
  setText(byId("summary", HTMLElement), text.running);
  const outcomes = [await check("browser", text.browser, async () => checkBrowser())];
  if (outcomes[0]?.level === "good") outcomes.push(...(await testAll()));
  const of = (/** @type {string} */ id) => [...list.querySelectorAll(`[data-check^="${id}"]`)];
  const works = (/** @type {Element} */ row) => row.getAttribute("data-level") !== "bad";
  const relayed = of("turn:").some(works) || of("turns:").some(works);
  const direct = of("server").some(works) && of("nat").some(works);
  setText(byId("summary", HTMLElement), text.summary(outcomes, relayed, direct));
  setText(start, text.again);
  start.disabled = false;
  copyButton.hidden = false;
}

/** @returns {Promise<Outcome[]>} */
async function testAll() {
  /** @type {RTCIceServer[]} */
  let iceServers = [];
  const outcomes = [
    await check("server", text.server, async () => {
      const { outcome, iceServers: found } = await checkServer();
      iceServers = found.flatMap(({ urls, username, credential }) =>
        urls.map((url) => ({ urls: url, username: username ?? "", credential: credential ?? "" })));
      return outcome;
    }),
    await check("camera", text.camera, () => checkCamera(byId("picture", HTMLVideoElement))),
    await check("microphone", text.microphone, checkMicrophone),
  ];
  const isStun = (/** @type {RTCIceServer} */ { urls }) => String(urls).startsWith("stun");
  const stun = iceServers.filter(isStun).map(({ urls }) => String(urls));
  const turn = iceServers.filter((server) => !isStun(server));
  // What is blocked takes some seconds to be sure of: side by side.
  const answers = stun.map((url) => check(url, text.stun(url), () => checkStun(url)));
  const ways = [
    ...answers,
    check("nat", text.nat, async () => checkNat(stun, await Promise.all(answers))),
    ...turn.map((server) => {
      const url = String(server.urls);
      return check(url, text.turn(url), () => checkTurn(server));
    }),
  ];
  if (turn.length === 0) {
    ways.push(check("relays", text.relays, async () => ({ level: "fair", words: text.turnNone })));
  }
  return [...outcomes, ...(await Promise.all(ways))];
}

start.addEventListener("click", () => void test());
copyButton.addEventListener("click", async () => {
  if (await copy(text.report(report))) setText(copyButton, text.copied);
});
