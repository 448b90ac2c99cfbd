import{g as e}from"./main-mqp73jyl.js";function t(t,n){let r=t.entryAt(n);return r?`${e.changeOf(n,t.revision)}, ${e.exactTime(r.timestamp)}`:e.beginning}export{t};
//# sourceMappingURL=moment-o0vwhsjo.js.map
