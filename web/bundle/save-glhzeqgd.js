import{pr as e}from"./main-eikt6k6c.js";function t(t,n){let r=URL.createObjectURL(t);e(`a`,{href:r,download:n}).click(),setTimeout(()=>URL.revokeObjectURL(r))}export{t};
//# sourceMappingURL=save-glhzeqgd.js.map
