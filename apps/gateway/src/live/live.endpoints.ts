import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { ExecutionParams } from '../executions/executions.dto';

const EVENT_NAME = z.string().regex(/^[A-Za-z0-9_.:-]{1,100}$/, 'names of events have letters, digits, and _ . : -');
const MOST_EVENTS = 100;

const ExecutionStreamQuery = z.object({
  events: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(EVENT_NAME).max(MOST_EVENTS))
    .transform((names): ReadonlySet<string> => new Set(names))
    .optional()
    .meta({
      description:
        'The names of the events that are sent, separated by commas, such as `PhaseCompleted,tokens,cost`; without it all. The snapshot and the last event are always sent.',
    }),
});

export const streamExecution = endpoint({
  method: 'GET',
  path: '/executions/{execution_id}/stream',
  access: 'viewer',
  summary: 'All events of an execution as they happen, after a snapshot or after `Last-Event-ID`',
  params: ExecutionParams,
  query: ExecutionStreamQuery,
  reply: 'event-stream',
  also: { 204: 'The client has received the end of the execution' },
});

export const streamExecutionEvents = endpoint({
  method: 'GET',
  path: '/sse/executions/{execution_id}',
  access: 'viewer',
  summary: 'The domain events of an execution as unnamed frames',
  params: ExecutionParams,
  reply: 'event-stream',
});

export const streamActivity = endpoint({
  method: 'GET',
  path: '/sse/activity',
  access: 'viewer',
  summary: 'Starts and ends of all executions and sessions as unnamed frames',
  reply: 'event-stream',
});

export const readStreamHealth = endpoint({
  method: 'GET',
  path: '/sse/health',
  access: 'public',
  summary: 'The number of open streams and of watched executions',
  reply: z
    .object({ status: z.enum(['healthy', 'unhealthy']), active_executions: z.int(), active_connections: z.int() })
    .meta({ id: 'SSEHealthResponse' }),
});

const StreamToken = z
  .object({
    token: z.string().meta({ description: 'For the query of the address: `?token=`.' }),
    expires_at: z.string().meta({ description: 'The stream must be opened before; it may last longer.' }),
  })
  .meta({ id: 'StreamToken' });

export const issueStreamToken = endpoint({
  method: 'POST',
  path: '/executions/{execution_id}/stream-token',
  access: 'viewer',
  summary: 'A token that opens the streams of this execution within five minutes, for clients that send no headers',
  params: ExecutionParams,
  reply: StreamToken,
});

export const issueActivityToken = endpoint({
  method: 'POST',
  path: '/sse/activity/token',
  access: 'viewer',
  summary: 'A token that opens the feed of all executions within five minutes',
  reply: StreamToken,
});
