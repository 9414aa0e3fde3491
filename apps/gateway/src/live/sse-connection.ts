import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { resetConnection } from '../http/reset-connection';
import { commentText, frameText, type StreamFrame } from './event-stream-text';

/** A client with as many unread bytes is not sent more until it has read them. */
const BEHIND_BYTES = 256 * 1024;
/** A client with as many unread bytes is cut off at the next frame. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const DRAIN_MS = 30_000;
const HEARTBEAT_MS = 30_000;

type SseOptions = Readonly<{ heartbeatMs?: number; greeting?: string }>;

/** One client's open event stream, written to the socket without a framework in between. */
export class SseConnection {
  readonly #closeListeners: (() => void)[] = [];
  #isClosed = false;
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;

  /** Takes over the reply: Fastify writes nothing to it any more. */
  constructor(reply: FastifyReply, { heartbeatMs = HEARTBEAT_MS, greeting = '' }: SseOptions = {}) {
    const headers = { ...reply.getHeaders(), ...HEADERS };
    reply.hijack();
    this.#response = reply.raw;
    this.#response.once('close', () => {
      this.#close();
    });
    this.#response.on('error', () => {
      this.cut();
    });
    // The connection's end is the body's end: without chunks a frame is one write, of the same bytes for all clients.
    this.#response.removeHeader('transfer-encoding');
    this.#response.writeHead(200, headers as Record<string, string>);
    this.#response.flushHeaders();
    if (greeting) this.#response.write(greeting);
    this.#heartbeat = setInterval(() => {
      this.write(commentText('heartbeat'));
    }, heartbeatMs);
    // A client that left before the answer emits no further event.
    if (this.#response.destroyed) this.#close();
  }

  /** The stream has ended, or the client has left. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls once the stream is closed; at once when it is. */
  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  /** The client reads slower than it is sent to: wait until it is `flushed`. */
  get isBehind(): boolean {
    return this.#response.writableLength > BEHIND_BYTES;
  }

  send(frame: StreamFrame): void {
    this.write(frameText(frame));
  }

  /** Sends the text of frames. Bytes are not copied: many connections can be sent the same. */
  write(text: string | Buffer): void {
    if (this.#isClosed || text.length === 0) return;
    if (this.#response.writableLength > MAX_WAITING_BYTES) this.cut();
    else this.#response.write(text);
  }

  /** Resolves when the client has read everything written so far, or has left: for writers of many frames. */
  async flushed(): Promise<void> {
    if (!this.#response.writableNeedDrain || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#response.off('drain', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.cut();
      }, DRAIN_MS);
      this.#response.once('drain', done).once('close', done);
    });
  }

  end(): void {
    this.#close();
    this.#response.end();
  }

  /** Resets the connection at once: a client that does not read would not see a proper end, and no client takes this for one. */
  cut(): void {
    this.#close();
    resetConnection(this.#response);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    for (const listener of this.#closeListeners) listener();
  }
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // A kept-alive connection would delay the gateway's shutdown.
  connection: 'close',
  'x-accel-buffering': 'no',
};
