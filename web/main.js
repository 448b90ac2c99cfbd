/** Entry of the page: finds the session in the address, and who this window was before a reload. */

import * as page from "./app/page.js";
import { start } from "./app/start.js";
import { recallIdentity } from "./connection/identity.js";
import { sitePath } from "./lib/site.js";

const sessionId = page.sessionOfAddress();
if (sessionId) start(sessionId, await recallIdentity(sessionId));
else location.replace(sitePath());
