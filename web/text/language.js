/** The language of this catalogue and of index.html, as `lang` has it (BCP 47). */

export const language = "en";
