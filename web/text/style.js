/** Texts about how drawings look. */

export const text = {
  bar: "Style",
  all: "All properties",
  /** @param {string} name @param {string} value */
  chosen: (name, value) => (value ? `${name}: ${value}` : name),
  menus: { shape: "Shape", color: "Colour", fill: "Fill", line: "Line", ends: "Arrow", letters: "Text" },
};

/** Names of the values of each axis, in the order in which they are offered. @type {Record<string, {label: string, values: Record<string, string>}>} */
export const axisText = {
  shape: {
    label: "Shape",
    values: { rectangle: "Rectangle", ellipse: "Ellipse", diamond: "Diamond", triangle: "Triangle", hexagon: "Hexagon", cloud: "Cloud", star: "Star" },
  },
  color: {
    label: "Colour",
    values: {
      "#1e1e1e": "Ink", "#868e96": "Grey", "#e03131": "Red", "#e8590c": "Orange", "#2f9e44": "Green", "#1c7ed6": "Blue", "#7950f2": "Violet", "#d6336c": "Pink",
    },
  },
  fill: {
    label: "Fill",
    values: {
      "": "None", "#ffffff": "White", "#e9ecef": "Grey", "#ffc9c9": "Red", "#ffd8a8": "Orange", "#ffec99": "Yellow", "#b2f2bb": "Green", "#a5d8ff": "Blue", "#d0bfff": "Violet",
    },
  },
  width: { label: "Width", values: { s: "Thin", m: "Medium", l: "Bold" } },
  dash: { label: "Dash", values: { solid: "Solid", dashed: "Dashed", dotted: "Dotted" } },
  heads: { label: "Heads", values: { none: "None", end: "At the end", both: "At both ends" } },
  curve: { label: "Line", values: { straight: "Straight", curved: "Curved", routed: "Right angles" } },
  font: { label: "Font", values: { sans: "Plain", hand: "Hand", mono: "Code" } },
  letters: { label: "Size", values: { s: "Small", m: "Medium", l: "Large", xl: "Very large" } },
  brush: { label: "Brush", values: { pen: "Pen", marker: "Marker" } },
};
