/** What every panel and dialog says. */

export const text = {
  close: "Close",
  closePanel: "Close this panel",
  cancel: "Cancel",
  panel: "Side panel",
};
