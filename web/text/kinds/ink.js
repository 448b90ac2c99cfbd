/** Texts about ink. */

/** @type {Record<"pen" | "marker", string>} */
const brushes = { pen: "pen", marker: "marker" };
const colors = {
  black: "Black", grey: "Grey", white: "White", red: "Red", orange: "Orange", yellow: "Yellow", green: "Green", blue: "Blue",
  violet: "Violet", pink: "Pink",
};
const forms = { dot: "dot", line: "line", ring: "ring", stroke: "stroke" };

export const text = {
  label: "Stroke",
  colors,
  forms,
  /**
   * @param {keyof typeof colors | null} color
   * @param {"pen" | "marker"} brush
   * @param {keyof typeof forms} form
   */
  stroke: (color, brush, form) => `${color ? colors[color] : "Coloured"} ${forms[form]}, ${brushes[brush]}`,
};
