import{f as e}from"./main-eyk1kufk.js";function t(t,n){let r=t.entryAt(n);return r?`${e.changeOf(n,t.revision)}, ${e.exactTime(r.timestamp)}`:e.beginning}export{t};
//# sourceMappingURL=moment-ic0xhnm1.js.map
