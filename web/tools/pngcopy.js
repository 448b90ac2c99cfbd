/** A picture of the canvas in the clipboard as other programs read it: PNG. */

/**
 * Add a PNG to what was just copied, where the browser lets a page do that.
 *
 * @param {HTMLElement} node of the element
 * @param {Record<string, string>} forms what was copied, by media type
 */
export function copyAsPicture(node, forms) {
  const image = node.querySelector("img");
  if (!image || image.naturalWidth === 0 || typeof ClipboardItem === "undefined") return;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d")?.drawImage(image, 0, 0); // now: what is cut is gone in a moment
  const kept = Object.entries(forms).filter(([, words]) => words !== "");
  const words = Object.fromEntries(kept.map(([type, form]) => [type, new Blob([form], { type })]));
  const item = new ClipboardItem({ ...words, "image/png": pngOf(canvas) });
  // Refused, the clipboard stays as it is: with the words and the elements.
  navigator.clipboard.write([item]).catch(() => {});
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
function pngOf(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}
