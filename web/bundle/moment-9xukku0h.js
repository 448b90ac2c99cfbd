import{g as e}from"./main-kb78dcrq.js";function t(t,n){let r=t.entryAt(n);return r?`${e.changeOf(n,t.revision)}, ${e.exactTime(r.timestamp)}`:e.beginning}export{t};
//# sourceMappingURL=moment-9xukku0h.js.map
