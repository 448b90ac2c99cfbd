/** Texts about shapes. */

export const text = {
  label: "Shape",
  words: "Words in the shape",
  shapes: {
    rectangle: "Rectangle",
    ellipse: "Ellipse",
    diamond: "Diamond",
    triangle: "Triangle",
    hexagon: "Hexagon",
    cloud: "Cloud",
    star: "Star",
  },
  /** @param {string} shape @param {string} words */
  described: (shape, words) => `${shape}: ${words}`,
};
