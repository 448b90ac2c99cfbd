/** Makes a picture file small enough for the scene. */

/** @typedef {{src: string, width: number, height: number}} Picture size in pixels */

/** The longest source the server takes, and how much of it we use. */
const MOST_CHARACTERS = 512 * 1024;
const WIDEST_PX = 2_000;
/** From good to small; the last ones also make the picture smaller. @type {[number, number][]} */
const TRIES = [[1, 0.86], [1, 0.7], [0.75, 0.7], [0.5, 0.7], [0.35, 0.6], [0.25, 0.6], [0.15, 0.5]];
const PLAIN = /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/;

/**
 * @param {Blob} file
 * @returns {Promise<Picture | null>} `null`: the browser cannot read it, or it cannot be made small enough
 */
export async function pictureOf(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = await loaded(address);
    if (!image) return null;
    const [width, height] = [image.naturalWidth || 300, image.naturalHeight || 200];
    if (PLAIN.test(file.type) && file.size < (MOST_CHARACTERS * 3) / 4 - 100) {
      return { src: await dataUrl(file), width, height };
    }
    const src = await smaller(image, width, height);
    return src ? { src, width, height } : null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * A picture that lies elsewhere.
 *
 * @param {string} address
 * @returns {Promise<Picture | null>} `null`: there is no picture
 */
export async function linkedPicture(address) {
  const image = await loaded(address);
  return image && { src: address, width: image.naturalWidth || 300, height: image.naturalHeight || 200 };
}

/**
 * @param {string} src
 * @returns {Promise<HTMLImageElement | null>}
 */
function loaded(src) {
  return new Promise((resolve) => {
    const image = new Image();
    image.referrerPolicy = "no-referrer";
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => resolve(null));
    image.src = src;
  });
}

/**
 * @param {HTMLImageElement} image
 * @param {number} width
 * @param {number} height
 * @returns {Promise<string | null>}
 */
async function smaller(image, width, height) {
  const fit = Math.min(1, WIDEST_PX / Math.max(width, height));
  for (const [factor, quality] of TRIES) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * fit * factor));
    canvas.height = Math.max(1, Math.round(height * fit * factor));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await encoded(canvas, quality);
    if (blob && blob.size < (MOST_CHARACTERS * 3) / 4 - 100) return dataUrl(blob);
  }
  return null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} quality
 * @returns {Promise<Blob | null>} WebP keeps what is transparent; browsers that cannot write it give PNG
 */
function encoded(canvas, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/webp", quality));
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
