/** What the canvas says about the elements on it. */

export const text = {
  /** @param {string} what */
  element: (what) => `${what}. Move it with the arrow keys.`,
  /** @param {string} name of the person it shows */
  camera: (name) => `${name}, camera picture`,
  /** @param {string} name of the person who shares it */
  screen: (name) => `${name}, shared screen`,
  emptyText: "Empty text",
  /** @param {string} name of its file; may be empty */
  picture: (name) => (name ? `Picture ${name}` : "Picture"),
  pictureFailed: "This picture cannot be loaded",
  /**
   * @param {string} type
   * @param {string} title may be empty
   */
  chart: (type, title) => {
    const kind = `${type.charAt(0).toUpperCase()}${type.slice(1)} chart`;
    return title ? `${kind}: ${title}` : kind;
  },
  /** @param {string} type */
  chartEmpty: (type) => `This ${type} chart has no data that can be drawn`,
  chartFailed: "Charts cannot be shown: a part of this page is missing. Load it again.",
  /** @param {string} name of its file; may be empty */
  model: (name) => (name ? `3D model ${name}` : "3D model"),
  modelLoading: "3D model, loading…",
  modelFailed: "This 3D model cannot be loaded",
  modelUnsupported: "3D models need WebGL, which this browser has not got or has switched off",
  video: "Video",
  /** @param {string} type */
  unknownKind: (type) => `${type}: this page is too old to show it. Load it again.`,
  /**
   * Why an edit was taken back.
   *
   * @param {string} code
   * @param {string} reason
   */
  editRefused: (code, reason) => {
    switch (code) {
      case "element_not_found":
        return "Somebody removed that meanwhile, so your change could not be made.";
      case "scene_full":
        return "The canvas is full, so your change was taken back. Remove something first.";
      case "too_much_waiting":
        return "Too many changes are waiting for the connection, so this one was not made.";
      default:
        return `Your change was taken back. The server refused it: ${reason}`;
    }
  },
  /**
   * What became of changes made offline.
   *
   * @param {number} made
   * @param {number} refused
   */
  synced: (made, refused) => {
    const kept = made === 1 ? "1 change you made offline is kept." : `${made} changes you made offline are kept.`;
    if (refused === 0) return kept;
    const lost = refused === 1 ? "1 was" : `${refused} were`;
    return `${made > 0 ? `${kept} ` : ""}${lost} taken back: others had removed what you changed, or it was refused.`;
  },
  held: "The server cannot store changes at the moment. Yours are kept in this window and tried again; do not close it.",
};
