/** Texts about what lies on other servers. */

export const text = {
  /**
   * @param {string} what lies there
   * @param {string} host where
   */
  at: (what, host) => `${what}, from ${host}`,
  show: "Show it",
  /** @param {string} what lies on another server */
  forbidden: (what) => `${what}. Not loaded: calls here hide your address.`,
};
