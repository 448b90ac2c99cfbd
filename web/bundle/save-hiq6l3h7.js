import{fr as e}from"./main-luml4m94.js";function t(t,n){let r=URL.createObjectURL(t);e(`a`,{href:r,download:n}).click(),setTimeout(()=>URL.revokeObjectURL(r))}export{t};
//# sourceMappingURL=save-hiq6l3h7.js.map
