import { Controller } from '@nestjs/common';
import { EXECUTION } from '../../executions/execution-lookup';
import type { ApiRequest } from '../../http/endpoint';
import { API_PREFIXES, Serve } from '../../http/serve';
import { RowLookup } from '../../reads/row-lookup';
import { InitialSnapshot } from '../initial-snapshot';
import { LiveStreams } from '../live-streams';
import { streamExecutionEvents } from '../live.endpoints';
import { PlainConnections } from './plain-connections';

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
    const client = this.connections.openExecution(request.reply, executionId);
    this.streams.follow(executionId, cursor, client);
  }
}
