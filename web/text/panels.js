/** Texts of all panels and dialogs. */

/** The panels of the drawer, by name. */
export const panelLabel = {
  more: "More",
  people: "People",
  chat: "Chat",
  elements: "Elements",
  history: "History",
  save: "Save",
  quality: "Quality",
};

export const text = {
  close: "Close",
  cancel: "Cancel",
  partMissing: "This part of the page could not be loaded: the server is away, or has a newer version.",
  reload: "Load the page again",
};
