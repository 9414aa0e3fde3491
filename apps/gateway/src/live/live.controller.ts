import { Controller, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EXECUTION } from '../executions/execution-lookup';
import type { Ask } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { retryText } from './event-stream-text';
import { ExecutionStream } from './execution-stream';
import { LiveBus } from './live-bus';
import { parseCursor } from './live-cursor';
import { LiveEntrance } from './live-entrance';
import { LiveTables } from './live-tables';
import { streamExecution } from './live.endpoints';
import { Outlet } from './outlet';
import { Watchers } from './watchers';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const NOTHING_MORE = 204;

/** One connection for everything about an execution. */
@Controller(API_PREFIXES)
export class LiveController {
  private readonly logger = new Logger(LiveController.name);

  constructor(
    private readonly lookup: RowLookup,
    private readonly entrance: LiveEntrance,
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
    private readonly watchers: Watchers,
  ) {}

  @Serve(streamExecution)
  async stream(ask: Ask<typeof streamExecution>): Promise<undefined> {
    const { execution_id: executionId } = await this.lookup.find(EXECUTION, ask.params.execution_id, ask);
    const entrance = await this.entrance.find(executionId, parseCursor(lastEventIdOf(ask)));
    if (!entrance) {
      await ask.reply.status(NOTHING_MORE).send();
      return;
    }
    const outlet = this.#open(ask.reply, executionId);
    if (entrance.snapshot) outlet.send(entrance.snapshot);

    const stream = new ExecutionStream({
      executionId,
      cursor: entrance.cursor,
      tables: this.tables,
      sink: outlet,
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

  #open(reply: FastifyReply, executionId: string): Outlet {
    const outlet = new Outlet(reply, { heartbeatMs: HEARTBEAT_MS, greeting: retryText(RETRY_MS) });
    this.watchers.add(outlet, executionId);
    return outlet;
  }
}

function lastEventIdOf({ request }: Ask<typeof streamExecution>): string | undefined {
  const id = request.headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}
