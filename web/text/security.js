/** What the page says of the code of a call. */

export const text = {
  check: "Check the code",
  checked: "The code was compared",
  code: "Code of this call",
  /** @param {string} name */
  title: (name) => `Is anybody between you and ${name}?`,
  how: "Read these to each other, in a voice and with a face that you know. When all ten are the same on both sides, nobody stands in between, not even this server.",
  computing: "The code is being made…",
  same: "They are the same",
  other: "They differ",
  compared: "You have compared this code, and it is still the same.",
  beware: "Then somebody may be listening in between. Hang up, and tell whoever runs this server.",
  notConnected: "The call is not connected yet.",
  needsHttps: "Browsers compute this only for pages that come over https.",
  /** @param {string} name */
  changed: (name) =>
    `The code of the call with ${name} is another one than the one you compared. Their page may have been loaded again, or somebody has come in between: compare it anew.`,
};
