import{dr as e}from"./main-kb78dcrq.js";function t(t,n){let r=URL.createObjectURL(t);e(`a`,{href:r,download:n}).click(),setTimeout(()=>URL.revokeObjectURL(r))}export{t};
//# sourceMappingURL=save-gr3o48q2.js.map
