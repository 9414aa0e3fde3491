import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Makes a closing server wait only for its unfinished responses. Node would also wait for idle connections:
 * those that never sent a request, as browsers open ahead of time, and those kept alive after a response.
 */
export function closeIdleConnections(fastify: FastifyInstance): void {
  const { server } = fastify;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    server.keepAliveTimeout = 1;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}
