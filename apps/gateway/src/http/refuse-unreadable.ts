import type { Socket } from 'node:net';
import { Problem } from '../problems/problem';
import { problemOf } from '../problems/problem-of';

/** Answers what Node could not read as a request, so that nothing else has seen it; then the connection is closed. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const { document } = problemOf(problemFor(error.code));
  const body = JSON.stringify({ ...document, instance: '' });
  socket.end(
    [
      `HTTP/1.1 ${document.status} ${document.title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem('request.headers_too_large', 'address and headers have more than 16 KiB'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem('request.timeout', 'the request did not arrive in time'),
};

const problemFor = (code = ''): Problem =>
  PROBLEMS[code] ?? new Problem('request.malformed', 'this is not a request of HTTP/1.1');
