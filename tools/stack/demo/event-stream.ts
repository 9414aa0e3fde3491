import { setTimeout as delay } from 'node:timers/promises';

/** One server-sent event; `data` is still text. */
export interface Frame {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

const PAUSE_MS = 500;
const NOTHING_MORE = 204;
const COME_AGAIN = 503;

/** Asks for the stream from after the frame with this id, or from its beginning. */
type Open = (headers: Record<string, string>) => Promise<Response>;

/** Follows a stream of server-sent events until the server says that there is nothing more: an end alone can be a replica's. */
export async function* framesOf(open: Open): AsyncGenerator<Frame> {
  let lastId: string | undefined;
  for (;;) {
    try {
      const response = await open({
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      });
      if (response.status === NOTHING_MORE) return;
      if (response.status !== COME_AGAIN) {
        for await (const frame of framesIn(response)) {
          lastId = frame.id ?? lastId;
          yield frame;
        }
      }
    } catch (error) {
      if (!isBrokenConnection(error)) throw error;
    }
    await delay(PAUSE_MS);
  }
}

/** `fetch` promises this name when a connection cannot be made or breaks. */
function isBrokenConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

async function* framesIn({ ok, body, url, status }: Response): AsyncGenerator<Frame> {
  if (!ok || !body) throw new Error(`${url} answered ${status}`);
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body as AsyncIterable<Uint8Array>) {
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
