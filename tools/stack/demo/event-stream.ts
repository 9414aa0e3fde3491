import { setTimeout as delay } from 'node:timers/promises';

/** One server-sent event; `data` is still text. */
export interface Frame {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

const PAUSE_MS = 500;

/** Follows a stream of server-sent events until the server ends it; one that breaks is taken up after the last frame seen. */
export async function* framesOf(url: string): AsyncGenerator<Frame> {
  let lastId: string | undefined;
  for (;;) {
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
    }).catch(() => undefined);
    if (response && !response.ok) throw new Error(`${url} answered ${response.status}`);
    try {
      for await (const frame of parsed(response?.body ?? broken())) {
        lastId = frame.id ?? lastId;
        yield frame;
      }
      return;
    } catch (error) {
      if (!isBroken(error)) throw error;
      await delay(PAUSE_MS);
    }
  }
}

function broken(): never {
  throw new TypeError('no connection');
}

/** The name is what `fetch` promises when a connection breaks under it. */
function isBroken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

async function* parsed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    const blocks = (text + decoder.decode(bytes, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const frame = frameOf(block);
      if (frame) yield frame;
    }
  }
}

/** Nothing for a comment, which is how heartbeats come. */
function frameOf(block: string): Frame | undefined {
  const fields = block.split('\n').flatMap((line) => {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    return name !== undefined && value !== undefined ? [{ name, value }] : [];
  });
  const values = (wanted: string) => fields.filter(({ name }) => name === wanted).map(({ value }) => value);
  const data = values('data');
  const id = values('id').at(-1);
  if (data.length === 0) return undefined;
  return { ...(id !== undefined && { id }), event: values('event').at(-1) ?? 'message', data: data.join('\n') };
}
