import type { FastifyInstance } from 'fastify';

/** Leaves every body to its route, which reads it within the bounds of its kind. */
export function takeRawBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, stream, done) => {
    done(null, stream);
  });
}
