/** Prints the table of docs/KEYS.md: what the keys do, from the commands of the page. Run by generate.py. */

import { controlKeys, talkKey } from "../web/room/keys.js";
import { groupText, shownKey } from "../web/text/tools.js";
import { commands } from "../web/tools/commands.js";

const rows = Object.entries(groupText).flatMap(([group, title]) =>
  [...commands, ...controlKeys, talkKey]
    .filter((command) => command.group === group && command.keys.length > 0)
    .map((command, place) => {
      const { keys, label } = command;
      const shown = "shownKeys" in command && command.shownKeys ? command.shownKeys : keys.map(shownKey).join(" or ");
      return `| ${place === 0 ? title : ""} | ${shown} | ${label} |`;
    }),
);
console.log(["| | keys | what they do |", "|---|---|---|", ...rows].join("\n"));
