/** JSON in printable ASCII, the only characters that every client accepts in headers. */
export const headerJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Text for a CloudEvents header: space, quote, percent and everything beyond printable ASCII are percent-encoded. */
export const headerText = (text: string): string => text.replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);

export const textOfHeader = decodeURIComponent;
