import { Controller } from '@nestjs/common';
import { quarantineCommands } from '@syntropic/agent-sessions/contracts';
import { quarantinedEvents, quarantineReasons } from '@syntropic/telemetry';
import { Pool } from 'pg';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { listQuarantine, listQuarantined, replayQuarantine, replayQuarantined } from './quarantine.endpoints';

const { ReplayQuarantined, ReplayQuarantine } = quarantineCommands;

/** Telemetry that was set apart, and the commands by which an operator has it tried again. */
@Controller(API_PREFIXES)
export class QuarantineController {
  constructor(
    private readonly pool: Pool,
    private readonly commands: Commands,
  ) {}

  @Serve(listQuarantine)
  async reasons() {
    const reasons = await quarantineReasons(this.pool);
    return { reasons: reasons.map(({ newest, ...reason }) => ({ ...reason, newest_at: newest })) };
  }

  @Serve(listQuarantined)
  async events(request: ApiRequest<typeof listQuarantined>) {
    const { place, tellNext } = pageIn(listQuarantined, request);
    const { events, total, next } = await quarantinedEvents(this.pool, request.query, place);
    tellNext(next);
    const shown = events.map(({ sessionId, receivedAt, sizeBytes, ...event }) => ({
      ...event,
      session_id: sessionId,
      received_at: receivedAt,
      size_bytes: sizeBytes,
    }));
    return { events: shown, total };
  }

  @Serve(replayQuarantined)
  replayOne(ask: ApiRequest<typeof replayQuarantined>) {
    return this.commands.send(ask, ReplayQuarantined, { id: ask.params.quarantined_id });
  }

  @Serve(replayQuarantine)
  replay(ask: ApiRequest<typeof replayQuarantine>) {
    return this.commands.send(ask, ReplayQuarantine, ask.body);
  }
}
