import{dr as e}from"./main-mqp73jyl.js";function t(t,n){let r=URL.createObjectURL(t);e(`a`,{href:r,download:n}).click(),setTimeout(()=>URL.revokeObjectURL(r))}export{t};
//# sourceMappingURL=save-lkijat3p.js.map
