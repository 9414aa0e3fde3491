import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Makes a server that is to close wait for its answers only. Node would also wait for clients that opened a connection and never said
 * anything, as browsers do ahead of time, and for those that were answered meanwhile and might ask for more.
 */
export function letGoOfConnections(fastify: FastifyInstance): void {
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
