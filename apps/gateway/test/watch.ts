import { get, type ClientRequest } from 'node:http';

export type Seen = Readonly<{ id: string; event: string; data: Readonly<Record<string, unknown>> }>;

/** Reads a live stream as a client would, frame by frame. */
export class Watch {
  readonly frames: Seen[] = [];
  status = 0;
  hasEnded = false;
  isBroken = false;
  #text = '';
  readonly #request: ClientRequest;

  constructor(url: string, lastEventId?: string) {
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
    this.#request = get(url, { headers }, (response) => {
      this.status = response.statusCode ?? 0;
      response.setEncoding('utf8').on('data', (text: string) => {
        this.#read(text);
      });
      response.on('end', () => {
        this.hasEnded = true;
      });
      response.on('error', () => {
        this.isBroken = true;
      });
    });
    this.#request.on('error', () => undefined);
  }

  get events(): readonly string[] {
    return this.frames.map(({ event }) => event);
  }

  close(): void {
    this.#request.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#text + text).split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data === undefined) continue;
      this.frames.push({ id: field('id') ?? '', event: field('event') ?? '', data: JSON.parse(data) as Seen['data'] });
    }
  }
}
