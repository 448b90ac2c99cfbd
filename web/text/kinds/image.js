/** Texts about pictures. */

export const text = {
  label: "Picture",
  create: "Picture",
  /** @param {string} name of its file; may be empty */
  picture: (name) => (name ? `Picture ${name}` : "Picture"),
  alt: "Description",
  altHint: "What the picture shows, for those who cannot see it",
  /** Why a picture is not drawn. @type {Record<import("../../kinds/image/rasters.js").Flaw, string>} */
  flaws: {
    vector: "Not drawn: SVG can stop browsers. Add it as a PNG.",
    large: "Not drawn: so many pixels can stop browsers. Add it smaller.",
    broken: "This picture cannot be loaded",
  },
  /** @param {string} name */
  refused: (name) => `The picture “${name || "from the clipboard"}” cannot be read, or is too large for the canvas.`,
  /** @param {string} name */
  vectorRefused: (name) =>
    `The drawing “${name || "from the clipboard"}” cannot be read, or could take any time to draw. Save it as a PNG and add that.`,
};
