/** Texts of what a call does beside being a call: rings, notifications, being muted, devices that come and go. */

export const text = {
  /** @param {string} name */
  ringingTitle: (name) => `☎ ${name} is calling`,
  /** @param {string} count @param {string} title the usual one */
  unreadTitle: (count, title) => `(${count}) ${title}`,
};
