/** Texts of the list of elements. */

import { language } from "../language.js";

/** @import {Order} from "../../panels/elements/order.js" */

const numbers = new Intl.NumberFormat(language);

/** @type {Record<Order, string>} */
export const orderText = {
  reading: "As it is read",
  stacking: "Front to back",
};

export const text = {
  elementList: "Elements on the canvas",
  order: "Order",
  /** @param {number} count */
  count: (count) => (count === 1 ? "1 element" : `${numbers.format(count)} elements`),
  noElements: "There is nothing on the canvas yet.",
  listHint: "Choosing an element selects it on the canvas. Enter edits a text, Delete removes what is selected.",
  /**
   * @param {number} count of those that were removed
   * @param {number} tiles that stay
   */
  removed: (count, tiles) =>
    [
      ...(count > 0 ? [count === 1 ? "Removed. Undo brings it back." : `${numbers.format(count)} elements removed. Undo brings them back.`] : []),
      ...(tiles > 0 ? ["Cameras go when their call ends."] : []),
    ].join(" "),

  remove: "Remove",
  clearCanvas: "Clear the canvas",
  clearTitle: "Clear the canvas?",
  /** @param {number} count of elements that go */
  clearQuestion: (count) =>
    `${count === 1 ? "1 element goes" : `${numbers.format(count)} elements go`} for everybody; cameras stay. The history keeps what was there, but not the chat: that is emptied for good.`,
  clearNow: "Clear it",
  cleared: "The canvas is empty.",
};
