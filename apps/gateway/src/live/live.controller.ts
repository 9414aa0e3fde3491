import { Controller } from '@nestjs/common';
import { EXECUTION } from '../executions/execution-lookup';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { retryText } from './event-stream-text';
import { InitialSnapshot } from './initial-snapshot';
import { parseCursor } from './live-cursor';
import { LiveStreams } from './live-streams';
import { streamExecution } from './live.endpoints';
import { OpenConnections } from './open-connections';
import { SseConnection } from './sse-connection';
import { NAMED_FRAMES } from './stream-form';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const NOTHING_MORE = 204;

/** One connection for all events of an execution. */
@Controller(API_PREFIXES)
export class LiveController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly snapshot: InitialSnapshot,
    private readonly streams: LiveStreams,
    private readonly connections: OpenConnections,
  ) {}

  @Serve(streamExecution)
  async stream(request: ApiRequest<typeof streamExecution>): Promise<undefined> {
    const { execution_id: executionId } = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const start = await this.snapshot.resume(executionId, parseCursor(lastEventIdOf(request)));
    if (!start) {
      await request.reply.status(NOTHING_MORE).send();
      return;
    }
    const connection = new SseConnection(request.reply, { heartbeatMs: HEARTBEAT_MS, greeting: retryText(RETRY_MS) });
    this.connections.add(connection, executionId);
    if (start.snapshot) connection.write(start.snapshot);

    const client = { connection, form: NAMED_FRAMES, names: request.query.events };
    this.streams.follow(executionId, start.cursor, client);
  }
}

function lastEventIdOf({ headers }: ApiRequest<typeof streamExecution>): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}
