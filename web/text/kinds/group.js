/** Texts about groups. */

export const text = { label: "Group" };
