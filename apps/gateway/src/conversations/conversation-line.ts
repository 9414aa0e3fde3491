import { nameText, shortText } from '@syntropic/kernel';
import { isTooDeep } from '../http/json-depth';
import type { ConversationLine } from './conversations.dto';

const PREVIEW_CHARACTERS = 200;

type Fields = Readonly<Record<string, unknown>>;

/** A line that an agent has printed, with what its message says. */
export function conversationLine(
  text: string,
  { number, isCut }: Readonly<{ number: number; isCut: boolean }>,
): ConversationLine {
  const parsed = isCut ? null : objectIn(text);
  const blocks = blocksOf(parsed);
  return {
    line_number: number,
    raw: text,
    parsed,
    event_type: textOf(parsed?.['type']),
    tool_name: textOf(blocks.find(({ type }) => type === 'tool_use')?.['name']),
    content_preview: previewOf(parsed, blocks) ?? preview(text),
    ...(isCut && { truncated: true as const }),
  };
}

function objectIn(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{') || isTooDeep(Buffer.from(text))) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The content of a message as agents print it: a text, or a list of blocks. */
function blocksOf(parsed: Fields | null): readonly Fields[] {
  const message = parsed?.['message'];
  const content = isFields(message) ? message['content'] : undefined;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isFields) : [];
}

function previewOf(parsed: Fields | null, blocks: readonly Fields[]): string | null {
  const texts = [
    ...blocks.flatMap(({ text, thinking, content, input }) => [text, thinking, content, input]),
    parsed?.['result'],
    parsed?.['subtype'],
  ];
  const said = texts.find((value) => value !== undefined && value !== null && value !== '');
  if (said === undefined) return null;
  return preview(typeof said === 'string' ? said : JSON.stringify(said));
}

const preview = (text: string): string => {
  const shown = text.slice(0, PREVIEW_CHARACTERS);
  return shortText(shown, Buffer.byteLength(shown));
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => (typeof value === 'string' ? nameText(value) : null);
