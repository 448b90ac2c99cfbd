/** Entry of the page: takes over the arrival at the session in the address, and starts the page for it. */

import { start } from "./app/start.js";
import { takeArrival } from "./app/arrival.js";
import { sitePath } from "./lib/site.js";

const arrival = takeArrival();
if (arrival) start(arrival, await arrival.identity);
else location.replace(sitePath());
