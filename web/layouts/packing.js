/** Packing of pictures into a box: the columns that show them largest, in pages where not all fit. Pure. */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{columns: number, rows: number, width: number, height: number, area: number}} Packing of cells; `area`: of all pictures in them */
/** @typedef {Packing & {perPage: number, pages: number}} Paging */

/** So many pictures are in one page at most. */
export const MOST_IN_PAGE = 16;
/** No picture of a page is narrower, in CSS pixels. */
const LEAST_WIDTH = 120;
/** Of a picture that is wider than its cell so much is cut off, at its sides. */
const MOST_CUT = 0.3;
/** Of one that is higher so much, which takes nobody's forehead. */
const LEAST_CUT = 0.04;

/**
 * The columns in which as many cells show the largest pictures.
 *
 * @param {readonly number[]} aspects of the pictures, width by height
 * @param {Size} box
 * @param {number} gap between cells
 * @returns {Packing}
 */
export function packed(aspects, box, gap) {
  const count = Math.max(1, aspects.length);
  const [narrowest, widest] = [Math.min(...aspects, 16 / 9), Math.max(...aspects, 4 / 3)];
  /** @type {Packing | null} */
  let best = null;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const room = {
      width: Math.max(1, (box.width - gap * (columns - 1)) / columns),
      height: Math.max(1, (box.height - gap * (rows - 1)) / rows),
    };
    // No wider nor higher than any of the pictures: beside it would be nothing.
    const width = Math.min(room.width, room.height * widest);
    const height = Math.min(room.height, room.width / narrowest);
    const area = aspects.reduce((sum, aspect) => sum + shownArea(aspect, { width, height }), 0);
    if (!best || area > best.area * 1.0001) best = { columns, rows, width, height, area };
  }
  return best ?? { columns: 1, rows: 1, ...box, area: 0 };
}

/**
 * As `packed`, with as many pictures in a page as are wide enough.
 *
 * @param {readonly number[]} aspects
 * @param {Size} box
 * @param {number} gap
 * @returns {Paging}
 */
export function paged(aspects, box, gap) {
  let perPage = Math.max(1, Math.min(aspects.length, MOST_IN_PAGE));
  let packing = packed(aspects.slice(0, perPage), box, gap);
  while (perPage > 1 && packing.width < LEAST_WIDTH) {
    perPage--;
    packing = packed(aspects.slice(0, perPage), box, gap);
  }
  return { ...packing, perPage, pages: Math.max(1, Math.ceil(aspects.length / perPage)) };
}

/**
 * How a picture fills its cell: it is cut at its sides, but never at the top, where the foreheads are.
 *
 * @param {number} aspect of the picture
 * @param {number} cell its aspect
 * @returns {"cover" | "contain"}
 */
export function fitOf(aspect, cell) {
  if (aspect >= cell) return 1 - cell / aspect <= MOST_CUT ? "cover" : "contain";
  return 1 - aspect / cell <= LEAST_CUT ? "cover" : "contain";
}

/**
 * @param {number} aspect
 * @param {Size} cell
 */
function shownArea(aspect, { width, height }) {
  const whole = Math.min(width, height * aspect);
  return fitOf(aspect, width / height) === "cover" ? width * height : (whole * whole) / aspect;
}
