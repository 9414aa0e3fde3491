import { createParser } from 'eventsource-parser';
import { get, type ClientRequest } from 'node:http';

export type ReceivedFrame = Readonly<{ id: string; event: string; data: Readonly<Record<string, unknown>> }>;

type StreamRequest = Readonly<{ lastEventId?: string; headers?: Readonly<Record<string, string>> }>;

/** A client of a live stream that keeps what it receives. */
export class EventStreamClient {
  readonly frames: ReceivedFrame[] = [];
  status = 0;
  hasEnded = false;
  isBroken = false;
  readonly #request: ClientRequest;

  constructor(url: string, { lastEventId, headers: more }: StreamRequest = {}) {
    const parser = createParser({
      onEvent: ({ id = '', event = '', data }) => {
        this.frames.push({ id, event, data: JSON.parse(data) as ReceivedFrame['data'] });
      },
    });
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }), ...more };
    this.#request = get(url, { headers }, (response) => {
      this.status = response.statusCode ?? 0;
      response.setEncoding('utf8').on('data', (text: string) => {
        parser.feed(text);
      });
      response.on('end', () => {
        this.hasEnded = true;
      });
      response.on('error', () => {
        this.isBroken = true;
      });
    });
    // Node tells of a reset connection here, and ends the answer that its end would have ended.
    this.#request.on('error', () => {
      this.isBroken = this.status !== 0;
    });
  }

  get events(): readonly string[] {
    return this.frames.map(({ event }) => event);
  }

  close(): void {
    this.#request.destroy();
  }
}

/** Opens streams, and closes them after each spec. */
export function useEventStreams() {
  const clients: EventStreamClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  return (url: string, from: string | StreamRequest = {}): EventStreamClient => {
    const client = new EventStreamClient(url, typeof from === 'string' ? { lastEventId: from } : from);
    clients.push(client);
    return client;
  };
}
