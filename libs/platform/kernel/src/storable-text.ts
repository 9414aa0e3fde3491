/** Characters that Postgres cannot store in text: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

export const isStorable = (text: string): boolean => text.search(UNSTORABLE) === -1;

const ELLIPSIS = '…';

/** The text with U+FFFD in the place of each character that cannot be stored. */
export const storableText = (text: string): string => text.replaceAll(UNSTORABLE, '\ufffd');

/** The beginning of a text: storable, at most so many bytes of UTF-8, and marked where it is cut. */
export function shortText(text: string, maxBytes: number): string {
  // No character has less than a byte: the rest of a long text is not looked at.
  const bytes = Buffer.from(storableText(text.slice(0, maxBytes + 1)));
  if (bytes.length <= maxBytes) return bytes.toString();

  // A streaming decoder keeps an incomplete last character to itself.
  const kept = bytes.subarray(0, maxBytes - Buffer.byteLength(ELLIPSIS));
  return new TextDecoder().decode(kept, { stream: true }) + ELLIPSIS;
}
