/** JSON in printable ASCII, which is all that a header carries everywhere. */
export const headerJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Text for a CloudEvents header: space, quote, percent and everything beyond printable ASCII are percent-encoded. */
export const headerText = (text: string): string => text.replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);

export const textOfHeader = decodeURIComponent;
