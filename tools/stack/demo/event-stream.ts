import { createParser } from 'eventsource-parser';
import { setTimeout as delay } from 'node:timers/promises';

/** One server-sent event; `data` is still text. */
export interface Frame {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

const PAUSE_MS = 500;
const NOTHING_MORE = 204;
const UNAVAILABLE = 503;

/** Requests the stream: after the frame of the header `last-event-id`, or from its beginning. */
type Open = (headers: Record<string, string>) => Promise<Response>;

/** Follows a stream of server-sent events until the server answers 204. The end of a response alone may be a replica's shutdown. */
export async function* framesOf(open: Open): AsyncGenerator<Frame> {
  let lastId: string | undefined;
  for (;;) {
    try {
      const response = await open({
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      });
      if (response.status === NOTHING_MORE) return;
      for await (const frame of framesIn(response)) {
        lastId = frame.id ?? lastId;
        yield frame;
      }
    } catch (error) {
      if (!isBrokenConnection(error)) throw error;
    }
    await delay(PAUSE_MS);
  }
}

/** `fetch` rejects with a TypeError when a connection cannot be made or breaks. */
function isBrokenConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

async function* framesIn({ ok, body, url, status }: Response): AsyncGenerator<Frame> {
  if (status === UNAVAILABLE) return;
  if (!ok || !body) throw new Error(`${url} answered ${status}`);
  const decoder = new TextDecoder();
  const arrived: Frame[] = [];
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) => {
      arrived.push({ ...(id !== undefined && { id }), event, data });
    },
  });
  for await (const bytes of body as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* arrived.splice(0);
  }
}
