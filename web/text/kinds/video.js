/** Texts about the tiles of cameras and screens, where they are not seen. */

export const text = {
  label: "Camera",
  stream: "Video",
  /** @param {string} name of the person it shows */
  camera: (name) => `${name}, camera picture`,
  /** @param {string} name of the person who shares it */
  screen: (name) => `${name}, shared screen`,
  /** @param {string} name */
  cameraOf: (name) => `the camera of ${name}`,
  /** @param {string} name */
  screenOf: (name) => `the screen of ${name}`,
  somebody: "Somebody",
};
