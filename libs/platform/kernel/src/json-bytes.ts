/** The size of a value as JSON, in which a byte of text may take six. */
export const jsonBytes = (value: object): number => Buffer.byteLength(JSON.stringify(value));
