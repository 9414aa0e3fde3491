import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request of an agent, and the signal that its client has gone. */
export type Exchange = Readonly<{
  request: IncomingMessage;
  response: ServerResponse;
  /** The path without its query. */
  path: string;
  /** With its question mark; empty when there is none. */
  query: string;
  gone: AbortSignal;
}>;

/** The runner's own answer to a request that it does not pass on. */
export type Refusal = Readonly<{
  status: number;
  code: string;
  message: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Answers in the shape that clients of both kinds of API read. They are not to repeat the request. */
export function refuse(response: ServerResponse, { status, code, message, headers = {} }: Refusal): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify({ type: 'error', error: { type: code, code, message } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-should-retry': 'false',
    ...headers,
  });
  response.end(body);
}

export function answerJson(response: ServerResponse, content: object): void {
  const body = JSON.stringify(content);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
