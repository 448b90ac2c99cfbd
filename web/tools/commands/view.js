/** Commands that change what is seen, and nothing on the canvas. */

import { boundsOf, unionOf } from "../../canvas/geometry.js";
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
    keys: ["Shift+1", "0"],
    contextMenu: "canvas",
    perform: ({ view }) => view.fitAll(),
  },
  {
    id: "zoomSelection",
    group: "view",
    label: commandText.zoomSelection,
    icon: "fit",
    keys: ["Shift+2"],
    contextMenu: "selection",
    enabled: ({ selection }) => selection.size > 0,
    perform({ selection, view, stage }) {
      const box = unionOf([...selection.ids].map((id) => boundsOf(view.transformOf(id))));
      if (box) stage.fit(box);
    },
  },
  {
    id: "zoomFull",
    group: "view",
    label: commandText.zoomFull,
    icon: "fit",
    keys: ["Shift+0"],
    contextMenu: "canvas",
    perform: ({ stage }) => stage.zoomTo(1),
  },
  {
    id: "minimap",
    group: "view",
    label: commandText.minimap,
    icon: "map",
    keys: ["Shift+M"],
    contextMenu: "canvas",
    perform: ({ minimap }) => minimap.toggle(),
  },
  {
    id: "speaker",
    group: "view",
    label: commandText.speaker,
    icon: "people",
    keys: ["J"],
    contextMenu: "canvas",
    enabled: ({ showSpeaker }) => showSpeaker.canShow(),
    perform: ({ showSpeaker }) => showSpeaker.show(),
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
