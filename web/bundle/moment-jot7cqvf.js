import{p as e}from"./main-duiwt4hu.js";function t(t,n){let r=t.entryAt(n);return r?`${e.changeOf(n,t.revision)}, ${e.exactTime(r.timestamp)}`:e.beginning}export{t};
//# sourceMappingURL=moment-jot7cqvf.js.map
