/** Texts about 3D models. */

export const text = {
  label: "3D model",
  /** @param {string} name of its file; may be empty */
  model: (name) => (name ? `3D model ${name}` : "3D model"),
  loading: "3D model, loading…",
  failed: "This 3D model cannot be loaded",
  unsupported: "3D models need WebGL, which this browser has not got or has switched off",
};
