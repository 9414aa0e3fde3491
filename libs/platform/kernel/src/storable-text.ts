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

/** The most bytes of an error, so that it has at most as many characters. */
export const ERROR_BYTES = 4_096;

/** The most bytes of an agent's comments on its task. */
const COMMENT_BYTES = 64 * 1024;

/** The most characters of a name that a foreign program gives. */
const NAME_CHARACTERS = 200;

/** An error of an agent, a program, a library or a person, as commands, events and rows hold it. */
export const errorText = (error: string): string => shortText(error, ERROR_BYTES);

/** An agent's comments, as events hold them. */
export const commentText = (comments: string): string => shortText(comments, COMMENT_BYTES);

/** A name or a key of a foreign program: its first 200 characters. JavaScript's objects treat one name as their prototype. */
export const nameText = (name: string): string =>
  name === '__proto__' ? 'proto' : storableText(name.slice(0, NAME_CHARACTERS));
