/** Texts of all panels and dialogs. */

/** The parts of the side panel, by name. */
export const panelLabel = {
  elements: "Elements",
  history: "History",
  save: "Save",
  calls: "Calls",
};

export const text = {
  close: "Close",
  closePanel: "Close this panel",
  cancel: "Cancel",
  panel: "Side panel",
  partMissing: "This part of the page could not be loaded: the server is away, or has a newer version.",
  reload: "Load the page again",
};
