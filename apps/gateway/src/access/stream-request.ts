import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** The subject of tokens for the feed of all executions. */
export const ACTIVITY = 'activity';

const Query = z.object({ token: z.string() });
const Params = z.object({ execution_id: z.string() });

/** The token in the address of a stream: `EventSource` sends no headers. */
export const streamTokenIn = ({ query }: FastifyRequest): string | undefined => Query.safeParse(query).data?.token;

/** The subject of the stream that a request opens: one execution, or the feed of all. */
export const streamSubjectOf = ({ params }: FastifyRequest): string =>
  Params.safeParse(params).data?.execution_id ?? ACTIVITY;
