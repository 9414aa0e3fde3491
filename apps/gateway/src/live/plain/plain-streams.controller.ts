import { Controller, Logger } from '@nestjs/common';
import { EXECUTION } from '../../executions/execution-lookup';
import type { Ask, ReplyOf } from '../../http/endpoint';
import { API_PREFIXES, Serve } from '../../http/serve';
import { RowLookup } from '../../reads/row-lookup';
import type { StreamFrame } from '../event-stream-text';
import { ExecutionStream } from '../execution-stream';
import { LiveBus } from '../live-bus';
import { LiveEntrance } from '../live-entrance';
import { LiveTables } from '../live-tables';
import { readStreamHealth, streamActivity, streamExecutionEvents } from '../live.endpoints';
import { Outlet } from '../outlet';
import { snakeCased } from '../snake-case';
import { Watchers } from '../watchers';
import { ActivityFeed } from './activity-feed';
import { connectedFrame, plainFrame } from './plain-event';

const HEARTBEAT_MS = 30_000;
const ACTIVITY = 'activity';

/** Live streams for clients that know unnamed frames only: no ids, no snapshot, no taking up again. */
@Controller(API_PREFIXES)
export class PlainStreamsController {
  private readonly logger = new Logger(PlainStreamsController.name);

  constructor(
    private readonly lookup: RowLookup,
    private readonly entrance: LiveEntrance,
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
    private readonly feed: ActivityFeed,
    private readonly watchers: Watchers,
  ) {}

  @Serve(streamExecutionEvents)
  async execution(ask: Ask<typeof streamExecutionEvents>): Promise<undefined> {
    const { execution_id: executionId } = await this.lookup.find(EXECUTION, ask.params.execution_id, ask);
    const { cursor } = await this.entrance.begin(executionId);
    const outlet = this.#open(ask, executionId);
    outlet.send(connectedFrame(executionId, {}));

    const send = ({ event = '', data }: StreamFrame) => {
      const frame = plainFrame(event, data as Readonly<Record<string, unknown>>, executionId);
      if (frame) outlet.send(frame);
    };
    const stream = new ExecutionStream({
      executionId,
      cursor,
      tables: this.tables,
      sink: { send, flushed: () => outlet.flushed() },
      lookEveryMs: () => this.bus.patienceMs,
      onFault: (error) => {
        this.logger.warn('a live stream waits for the store', { error });
      },
    });
    this.bus.listen(executionId, outlet.signal, (frame, bytes) => {
      stream.offer(frame, bytes);
    });
    if (await stream.run(outlet.signal)) outlet.end();
  }

  @Serve(streamActivity)
  activity(ask: Ask<typeof streamActivity>): undefined {
    const outlet = this.#open(ask, ACTIVITY);
    outlet.send(connectedFrame(null, { channel: ACTIVITY }));
    this.feed.listen(outlet.signal, ({ type, data, recordedAt }) => {
      const frame = plainFrame(type, { ...(snakeCased(data) as object), recorded_at: recordedAt }, null);
      if (frame) outlet.send(frame);
    });
  }

  @Serve(readStreamHealth)
  health(): ReplyOf<typeof readStreamHealth> {
    const { executions, connections } = this.watchers;
    return { status: 'healthy', active_executions: executions, active_connections: connections };
  }

  #open({ reply }: Pick<Ask, 'reply'>, channel: string): Outlet {
    const outlet = new Outlet(reply, { heartbeatMs: HEARTBEAT_MS });
    this.watchers.add(outlet, channel);
    return outlet;
  }
}
