import { foreignReason } from '@syntropic/access';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';

/** Refuses requests of foreign web pages: an API client can start programs. @throws Problem */
export function refuseForeign(
  { headers }: Pick<FastifyRequest, 'headers'>,
  ours: Parameters<typeof foreignReason>[1] = {},
): void {
  const reason = foreignReason(headers, ours);
  if (reason !== undefined) throw new Problem('request.foreign', reason);
}
