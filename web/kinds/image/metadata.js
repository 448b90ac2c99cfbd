/** What a picture file says beside the picture: the place it was taken, the camera, comments. Pure. */

/** Where they stand, by format: the name of a part, as it is in the file. @type {Readonly<Record<string, RegExp>>} */
const PARTS = {
  // Segments of application data but JFIF and the colour profile, and comments.
  jpeg: /\xff(?:\xe1..(?:Exif|http)|\xed..Photoshop|\xfe)/s,
  png: /(?:eXIf|tEXt|zTXt|iTXt|tIME)/,
  webp: /(?:EXIF|XMP )/,
  avif: /(?:Exif|mime)/,
};
const HEAD_CHARACTERS = 256 * 1024;

/**
 * @param {string} form of `Raster`
 * @param {string} data a character is a byte
 * @returns {boolean} there may be some; the server would take them out
 */
export function hasMetadata(form, data) {
  const parts = PARTS[form];
  return parts !== undefined && (parts.test(data.slice(0, HEAD_CHARACTERS)) || parts.test(data.slice(-HEAD_CHARACTERS)));
}
