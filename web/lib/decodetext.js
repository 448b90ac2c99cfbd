/** Text of files, in the encodings in which spreadsheets still write them. Pure. */

/** @type {[number[], string][]} */
const MARKS = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/**
 * @param {Uint8Array} bytes
 * @returns {string} as its byte order mark says, else as UTF-8, else as Windows wrote it in the west of Europe
 */
export function decodedText(bytes) {
  const [, marked] = MARKS.find(([mark]) => mark.every((byte, place) => bytes[place] === byte)) ?? [];
  if (marked) return new TextDecoder(marked).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * @param {Blob} file
 * @returns {Promise<string>}
 */
export async function textOfFile(file) {
  return decodedText(new Uint8Array(await file.arrayBuffer()));
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>} a character is a byte
 */
export async function charactersOf(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let data = "";
  for (let at = 0; at < bytes.length; at += 8192) data += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return data;
}
