import type { ServerResponse } from 'node:http';

/** Breaks the connection of an answer that ends with it: to be closed would look like the end of the answer. */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
  response.destroy();
}
