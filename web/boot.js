/** First script of the document, bundled into it: joins the session while the code of the page is still on its way. */

void import("./app/arrival.js").then(({ arriveEarly }) => arriveEarly());
