/** Commands that change what is seen, and nothing on the canvas. */

import { commandText } from "../../text/tools.js";

/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const viewCommands = [
  {
    id: "zoomIn",
    group: "view",
    label: commandText.zoomIn,
    icon: "plus",
    keys: ["+", "="],
    repeats: true,
    perform: ({ stage }) => stage.zoomIn(),
  },
  {
    id: "zoomOut",
    group: "view",
    label: commandText.zoomOut,
    icon: "minus",
    keys: ["-"],
    repeats: true,
    perform: ({ stage }) => stage.zoomOut(),
  },
  {
    id: "zoomFit",
    group: "view",
    label: commandText.zoomFit,
    icon: "fit",
    keys: ["0"],
    perform: ({ view }) => view.fitAll(),
  },
  {
    id: "zoomFull",
    group: "view",
    label: commandText.zoomFull,
    icon: "fit",
    keys: ["1"],
    perform: ({ stage }) => stage.zoomTo(1),
  },
  {
    id: "properties",
    group: "view",
    label: commandText.properties,
    icon: "sliders",
    keys: ["I"],
    toolbar: "end",
    enabled: ({ selection }) => selection.size > 0,
    perform: ({ properties }) => properties.toggle(),
  },
];
