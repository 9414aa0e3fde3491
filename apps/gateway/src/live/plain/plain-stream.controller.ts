import { Controller } from '@nestjs/common';
import { EXECUTION } from '../../executions/execution-lookup';
import type { ApiRequest } from '../../http/endpoint';
import { API_PREFIXES, Serve } from '../../http/serve';
import { RowLookup } from '../../reads/row-lookup';
import type { StreamFrame } from '../event-stream-text';
import type { Sink } from '../execution-stream';
import { InitialSnapshot } from '../initial-snapshot';
import { LiveStreams } from '../live-streams';
import { streamExecutionEvents } from '../live.endpoints';
import { PlainConnections } from './plain-connections';
import { changeOperation, toolOperation } from './recorded-operations';

/** An execution's stream for clients that know unnamed frames only: no ids, no snapshot, no resuming. */
@Controller(API_PREFIXES)
export class PlainStreamController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly snapshot: InitialSnapshot,
    private readonly streams: LiveStreams,
    private readonly connections: PlainConnections,
  ) {}

  @Serve(streamExecutionEvents)
  async execution(request: ApiRequest<typeof streamExecutionEvents>): Promise<undefined> {
    const { execution_id: executionId } = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const { cursor } = await this.snapshot.begin(executionId);
    const { connection, sendEvent } = this.connections.open(request.reply, executionId);
    const sendIfAny = (frame: StreamFrame | undefined) => {
      if (frame) connection.send(frame);
    };
    const sink: Sink = {
      // The operation comes first, because these clients leave at the terminal frame.
      sendEvent: (event) => {
        sendIfAny(changeOperation(executionId, event));
        sendEvent(event);
      },
      // These clients know the ends of tools, and no other telemetry.
      send: (frame) => {
        sendIfAny(toolOperation(executionId, frame));
      },
      flushed: () => connection.flushed(),
    };
    if (await this.streams.follow(executionId, cursor, sink, connection.signal)) connection.end();
  }
}
