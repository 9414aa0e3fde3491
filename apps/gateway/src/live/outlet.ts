import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { commentText, frameText, type StreamFrame } from './event-stream-text';

/** A reader may be this far behind. One that is further is cut off, and takes up its stream again by its last id. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const PATIENCE_MS = 10_000;

/** The open answer to one watcher, written without any framework in between. */
export class Outlet {
  readonly #closed = new AbortController();
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;

  /** Takes the reply over: from here on, nobody else writes it. */
  constructor(reply: FastifyReply, { heartbeatMs, greeting = '' }: { heartbeatMs: number; greeting?: string }) {
    const headers = { ...reply.getHeaders(), ...HEADERS };
    reply.hijack();
    this.#response = reply.raw;
    this.#response.once('close', () => {
      this.#close();
    });
    this.#response.on('error', () => {
      this.cut();
    });
    this.#response.writeHead(200, headers as Record<string, string>);
    this.#response.flushHeaders();
    if (greeting) this.#response.write(greeting);
    this.#heartbeat = setInterval(() => {
      this.#write(commentText('heartbeat'));
    }, heartbeatMs);
    // A watcher that has gone before it was answered does not say so again.
    if (this.#response.destroyed) this.#close();
  }

  /** Aborted when the watcher has gone. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  send(frame: StreamFrame): void {
    this.#write(frameText(frame));
  }

  /** Resolves when the reader has taken what was written, or is gone: for those who write much at once. */
  async flushed(): Promise<void> {
    if (!this.#response.writableNeedDrain || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(patience);
        this.#response.off('drain', done);
        this.signal.removeEventListener('abort', done);
        resolve();
      };
      const patience = setTimeout(() => {
        this.cut();
      }, PATIENCE_MS);
      this.#response.once('drain', done);
      this.signal.addEventListener('abort', done);
    });
  }

  end(): void {
    this.#close();
    this.#response.end();
  }

  /** Ends it without a word: a reader that is too slow would not hear one. */
  cut(): void {
    this.#close();
    this.#response.destroy();
  }

  #write(text: string): void {
    if (this.signal.aborted) return;
    this.#response.write(text);
    if (this.#response.writableLength > MAX_WAITING_BYTES) this.cut();
  }

  #close(): void {
    clearInterval(this.#heartbeat);
    this.#closed.abort();
  }
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // A connection that goes on would keep a gateway that is to end.
  connection: 'close',
  'x-accel-buffering': 'no',
};
