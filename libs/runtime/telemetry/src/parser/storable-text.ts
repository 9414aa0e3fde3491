/** Only the start of longer lines is kept; the transcript has the complete line. */
const LARGEST_KEPT = 16 * 1024;

const PREVIEW = 500;

/** Characters that Postgres cannot store in text: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\u0000\p{Surrogate}]/gu;
const ESCAPED_UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

const storable = (text: string): string => text.replace(UNSTORABLE, '\ufffd');

/** The start of a text, long enough to recognize it. */
export const preview = (text: string, length = PREVIEW): string => storable(text.slice(0, length));

export const isTooLarge = (text: string): boolean => text.length > LARGEST_KEPT;

export const startOf = (text: string): string => preview(text, LARGEST_KEPT);

/** The JSON object of a line, its strings made storable; undefined for other lines. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const replace = (_key: string, value: unknown) => (typeof value === 'string' ? storable(value) : value);
    // A line that starts with a brace and parses is an object.
    return JSON.parse(line, ESCAPED_UNSTORABLE.test(line) ? replace : undefined) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
