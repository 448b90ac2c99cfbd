import{g as e}from"./main-fz17qywv.js";function t(t,n){let r=t.entryAt(n);return r?`${e.changeOf(n,t.revision)}, ${e.exactTime(r.timestamp)}`:e.beginning}export{t};
//# sourceMappingURL=moment-k09u7g97.js.map
