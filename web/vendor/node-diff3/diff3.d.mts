export function LCS(buffer1: any, buffer2: any): {
    buffer1index: number;
    buffer2index: number;
    chain: null;
} | undefined;
export function diffComm(buffer1: any, buffer2: any): {
    buffer1: never[];
    buffer2: never[];
}[];
export function diffIndices(buffer1: any, buffer2: any): {
    buffer1: any[];
    buffer1Content: any;
    buffer2: any[];
    buffer2Content: any;
}[];
export function diffPatch(buffer1: any, buffer2: any): {
    buffer1: {
        offset: any;
        length: any;
        chunk: any[];
    };
    buffer2: {
        offset: any;
        length: any;
        chunk: any[];
    };
}[];
export function diff3MergeRegions(a: any, o: any, b: any): ({
    stable: boolean;
    aStart: any;
    aLength: number;
    aContent: any;
    oStart: any;
    oLength: number;
    oContent: any;
    bStart: any;
    bLength: number;
    bContent: any;
} | {
    stable: boolean;
    buffer: any;
    bufferStart: any;
    bufferLength: any;
    bufferContent: any;
})[];
export function diff3Merge(a: any, o: any, b: any, options: any): any[];
export function mergeDiff3(a: any, o: any, b: any, options: any): {
    conflict: boolean;
    result: any[];
};
export function merge(a: any, o: any, b: any, options: any): {
    conflict: boolean;
    result: any[];
};
export function mergeDigIn(a: any, o: any, b: any, options: any): {
    conflict: boolean;
    result: any[];
};
export function patch(buffer: any, patch: any): any[];
export function stripPatch(patch: any): any;
export function invertPatch(patch: any): any;
