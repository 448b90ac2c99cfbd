import{fr as e}from"./main-czbpwikj.js";function t(t,n){let r=URL.createObjectURL(t);e(`a`,{href:r,download:n}).click(),setTimeout(()=>URL.revokeObjectURL(r))}export{t};
//# sourceMappingURL=save-qd7lwoh1.js.map
