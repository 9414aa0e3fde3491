/** Bytes of a line beyond which only its beginning is kept; the whole is in the transcript. */
const LARGEST_KEPT = 16 * 1024;

const PREVIEW = 500;

/** Characters that no Postgres text can hold: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\u0000\p{Surrogate}]/gu;
const ESCAPED_UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

const storable = (text: string): string => text.replace(UNSTORABLE, '\ufffd');

/** The beginning of a text, for people to recognize it by. */
export const preview = (text: string, length = PREVIEW): string => storable(text.slice(0, length));

export const isTooLarge = (text: string): boolean => text.length > LARGEST_KEPT;

export const beginningOf = (text: string): string => preview(text, LARGEST_KEPT);

/** The object a line holds, its strings made storable; `undefined` for anything that is not a JSON object. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const mend = (_key: string, value: unknown) => (typeof value === 'string' ? storable(value) : value);
    // A line that starts with a brace and parses is an object.
    return JSON.parse(line, ESCAPED_UNSTORABLE.test(line) ? mend : undefined) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
