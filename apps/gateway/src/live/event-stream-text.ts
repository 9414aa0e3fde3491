import { jsonWithin, MAX_ANSWER_BYTES } from '../http/answer-bytes';

/** One server-sent event; without a name it is a `message`. */
export type StreamFrame = Readonly<{ id?: string; event?: string; data: object }>;

/** Lines besides the data have room in a frame of the most bytes. */
const MAX_DATA_BYTES = MAX_ANSWER_BYTES - 4 * 1024;

/** A frame as text, of at most 4 MiB. */
export const frameText = ({ id, ...frame }: StreamFrame): string =>
  (id === undefined ? '' : idText(id)) + bodyText(frame);

export const idText = (id: string): string => `id: ${id}\n`;

/** A frame without its id. Event names come from agents and must not break a line; JSON has no line breaks. */
export function bodyText({ event, data }: Omit<StreamFrame, 'id'>): string {
  const name = event === undefined ? '' : `event: ${event.replace(/[\r\n]+/g, ' ')}\n`;
  return `${name}data: ${jsonWithin(data, MAX_DATA_BYTES)}\n\n`;
}

export const retryText = (ms: number): string => `retry: ${ms}\n\n`;

export const commentText = (words: string): string => `: ${words}\n\n`;
