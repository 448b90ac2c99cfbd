/** What the panel of the calls is called; ../monitor.js has what it says. */

export const text = { label: "Calls" };
