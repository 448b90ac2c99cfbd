/**
 * Formats of files by their first bytes: names and types are wrong where a file was renamed, came without, or the system does not
 * know it. Pure.
 */

/** So many bytes tell the format. */
export const HEAD_BYTES = 4_096;

/** @typedef {"heic" | "tiff" | "jxl" | "psd" | "video" | "audio" | "pdf" | "office" | "archive" | "canvas" | "model"} Unusable what no canvas takes */
/**
 * `type`: the media type, where a canvas may take it; empty where the bytes say nothing.
 *
 * @typedef {{unusable: Unusable} | {unusable: null, type: string}} FileFormat
 */

/** In bytes, one a character. @type {[RegExp, Unusable | `image/${string}`][]} */
const SIGNATURES = [
  [/^\x89PNG\r\n\x1a\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
  [/^BM.{4}\0{4}/s, "image/bmp"],
  [/^.{4}ftyp(?:avif|avis)/s, "image/avif"],
  [/^.{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/s, "heic"],
  [/^.{4}ftypM4A/s, "audio"],
  [/^.{4}(?:ftyp|moov|mdat)/s, "video"],
  [/^(?:II\*\0|MM\0\*)/, "tiff"],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/, "jxl"],
  [/^8BPS/, "psd"],
  [/^(?:\x1aE\xdf\xa3|RIFF.{4}AVI |FLV|\0\0\x01\xba)/s, "video"],
  [/^(?:RIFF.{4}WAVE|ID3|OggS|fLaC|FORM.{4}AIFF)/s, "audio"],
  [/^%PDF-/, "pdf"],
  [/^glTF/, "model"],
  [/^\xd0\xcf\x11\xe0/, "office"],
  [/^SQLite format 3/, "archive"],
  [/^(?:Rar!|7z\xbc\xaf|\x1f\x8b)/, "archive"],
];
const ZIP = /^PK\x03\x04/;
/** By the ends of names. @type {[RegExp, Unusable][]} */
const NAMES = [
  [/\.(?:docx?|xlsx?|xlsm|pptx?|odt|ods|odp|pages|numbers|key|rtf)$/i, "office"],
  [/\.(?:excalidraw(?:lib)?|tldr|tldraw|drawio|fig|rtb)$/i, "canvas"],
  [/\.(?:heic|heif)$/i, "heic"],
  [/\.(?:tiff?)$/i, "tiff"],
  [/\.(?:mp4|mov|webm|mkv|avi|m4v)$/i, "video"],
  [/\.(?:mp3|m4a|wav|ogg|flac|aac)$/i, "audio"],
  [/\.(?:glb|gltf|obj|stl)$/i, "model"],
];
/** By what the system says. @type {[RegExp, Unusable][]} */
const TYPES = [
  [/^image\/hei[cf]/, "heic"],
  [/^image\/tiff/, "tiff"],
  [/^image\/jxl/, "jxl"],
  [/^video\//, "video"],
  [/^audio\//, "audio"],
  [/^model\//, "model"],
];

/**
 * @param {{name: string, type: string}} file
 * @param {string} head its first `HEAD_BYTES`; a character is a byte
 * @returns {FileFormat}
 */
export function formatOf({ name, type }, head) {
  const [, signed] = SIGNATURES.find(([signature]) => signature.test(head)) ?? [];
  if (signed) return signed.startsWith("image/") ? usable(signed) : unusable(signed);
  const [, named] = [...NAMES.filter(([end]) => end.test(name)), ...TYPES.filter(([start]) => start.test(type))][0] ?? [];
  if (named) return unusable(named);
  if (ZIP.test(head)) return unusable("archive");
  if (isDrawing(name, type, head)) return usable("image/svg+xml");
  if (type === "" && head !== "" && isText(head)) return usable("text/plain");
  return usable(type);
}

/** @param {string} type @returns {FileFormat} */
const usable = (type) => ({ unusable: null, type });

/** @param {string} kind @returns {FileFormat} */
const unusable = (kind) => ({ unusable: /** @type {Unusable} */ (kind) });

/**
 * @param {string} name
 * @param {string} type
 * @param {string} head
 */
function isDrawing(name, type, head) {
  const says = /^image\/svg/.test(type) || /\.svg$/i.test(name) || type === "";
  return says && /<svg[\s>]/i.test(head.replaceAll("\0", ""));
}

/** @param {string} head @returns {boolean} it has no byte that text does not have */
function isText(head) {
  return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(head);
}
