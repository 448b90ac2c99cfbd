/** Texts about ink. */

export const text = { label: "Stroke", marker: "Marker stroke" };
