import { storableText } from '@syntropic/kernel';
import { hasFewNodes } from './json-nodes';

/** Only the start of longer lines is kept; the transcript has the complete line. */
const LARGEST_KEPT = 16 * 1024;

/** Characters of an event's data; larger events would not fit into a message. */
export const LARGEST_EVENT = 256 * 1024;

const PREVIEW = 500;

/** In JSON text, characters that cannot be stored. */
const ESCAPED_UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

/** The start of a text, long enough to recognize it. */
export const preview = (text: string, length = PREVIEW): string => storableText(text.slice(0, length));

export const isTooLarge = (text: string): boolean => text.length > LARGEST_KEPT;

export const startOf = (text: string): string => preview(text, LARGEST_KEPT);

/** What an event shows of a text. */
export const shownText = (text: string): Readonly<{ text: string; truncated?: true }> =>
  isTooLarge(text) ? { text: startOf(text), truncated: true } : { text: startOf(text) };

/** The JSON object of a line, its keys and strings made storable; undefined for other lines. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{') || !hasFewNodes(line)) return undefined;
  try {
    // A line that starts with a brace and parses is an object.
    return storableJson(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The value of JSON text, its keys and strings made storable. @throws SyntaxError */
export const storableJson = (json: string): unknown =>
  JSON.parse(ESCAPED_UNSTORABLE.test(json) ? withStorableEscapes(json) : json) as unknown;

/** Replaces escapes of NUL and of half pairs in JSON text. Whole pairs and other escapes are matched to be skipped. */
const withStorableEscapes = (json: string): string =>
  json.replace(
    /\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|\\u(0000|d[89a-f][\da-f]{2})|\\./gis,
    (escape, ...groups) => (groups[2] === undefined ? escape : '\\ufffd'),
  );
