/** One server-sent event; without a name it is a `message`. */
export type StreamFrame = Readonly<{ id?: string; event?: string; data: object }>;

/** A frame as text. Event names come from agents and must not break a line; JSON has no line breaks. */
export function frameText({ id, event, data }: StreamFrame): string {
  const name = event === undefined ? '' : `event: ${event.replace(/[\r\n]+/g, ' ')}\n`;
  return `${id === undefined ? '' : `id: ${id}\n`}${name}data: ${JSON.stringify(data)}\n\n`;
}

export const retryText = (ms: number): string => `retry: ${ms}\n\n`;

export const commentText = (words: string): string => `: ${words}\n\n`;
