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
  /**
   * @param {string} name
   * @param {number} most bytes
   */
  stillNow: (name, most) =>
    `“${name}” does not move any more: it is too large for that (${Math.floor(most / 1000)} KB at most), so its first picture was added. Make it smaller and add it again.`,
  /**
   * @param {string} name
   * @param {{width: number, height: number}} size
   * @param {{width: number, height: number}} kept
   */
  smallerNow: (name, { width, height }, kept) =>
    `“${name || "The picture"}” was made smaller to fit: ${kept.width} × ${kept.height} instead of ${width} × ${height} pixels.`,
  /** @param {string} name */
  vectorRefused: (name) =>
    `The drawing “${name || "from the clipboard"}” cannot be read, or could take any time to draw. Save it as a PNG and add that.`,
};
