import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** The id of a frame ends with the number of the last telemetry event that its client has. */
const ID = /^id: [0-9a-f-]+\.\d+-(\d+)$/;

/** A client of a live stream that costs little: it keeps the numbers of the last frame, and whether one was missing. */
export class WatchingClient {
  readonly #decoder = new StringDecoder();
  #rest = '';
  #sequence: number | undefined;
  #isEnd = false;
  #isClosed = false;
  /** Frames after the first whose number does not follow the one before. */
  gaps = 0;
  frames = 0;
  hasEnd = false;

  private constructor(
    readonly socket: Socket,
    private readonly endEvent: string,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static async open(url: string, path: string, endEvent: string): Promise<WatchingClient> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`);
    return new WatchingClient(socket, endEvent);
  }

  /** @throws when the stream was refused, or ended before its time */
  get isWatching(): boolean {
    if (this.#isClosed)
      throw new Error(`the stream is closed after ${this.frames} frames: ${this.#rest.slice(0, 200)}`);
    return this.#sequence !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  #take(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  #read(line: string): void {
    const sequence = ID.exec(line)?.[1];
    if (sequence !== undefined) this.#reached(Number(sequence));
    if (line === `event: ${this.endEvent}`) this.#isEnd = true;
    if (line.startsWith('data: ')) {
      this.frames++;
      this.hasEnd ||= this.#isEnd;
    }
  }

  #reached(sequence: number): void {
    const before = this.#sequence;
    if (before !== undefined && sequence !== before && sequence !== before + 1) this.gaps++;
    this.#sequence = sequence;
  }
}
