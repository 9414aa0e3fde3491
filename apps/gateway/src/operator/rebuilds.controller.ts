import { Controller } from '@nestjs/common';
import { projectionCommands, rebuildStates } from '@syntropic/projections';
import { Pool } from 'pg';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import type { RebuildShown } from './rebuilds.dto';
import { acceptRebuild, listRebuilds, startRebuild, stopRebuild } from './rebuilds.endpoints';

const { StartRebuild, StopRebuild, AcceptRebuild } = projectionCommands;

/** Read models that are folded anew beside the tables that are read. */
@Controller(API_PREFIXES)
export class RebuildsController {
  constructor(
    private readonly pool: Pool,
    private readonly commands: Commands,
  ) {}

  @Serve(listRebuilds)
  async list(): Promise<{ rebuilds: RebuildShown[] }> {
    const states = await rebuildStates(this.pool);
    const rebuilds = states.map(({ startedBy, startedAt, endedAt, rate, comparison, ...state }) => ({
      ...state,
      started_by: startedBy,
      started_at: startedAt,
      ended_at: endedAt,
      events_per_second: rate,
      comparison: comparison && { ...comparison, differences: [...comparison.differences] },
    }));
    return { rebuilds };
  }

  @Serve(startRebuild)
  async start(ask: ApiRequest<typeof startRebuild>) {
    const { projection } = ask.body ?? {};
    await this.commands.send(ask, StartRebuild, { projection });
    return done(`${projection ?? 'every read model'} is folded anew`);
  }

  @Serve(stopRebuild)
  async stop(ask: ApiRequest<typeof stopRebuild>) {
    const { projection } = ask.params;
    await this.commands.send(ask, StopRebuild, { projection });
    return done(`the rebuild of ${projection} has ended, and its table is dropped`);
  }

  @Serve(acceptRebuild)
  async accept(ask: ApiRequest<typeof acceptRebuild>) {
    const { projection } = ask.params;
    await this.commands.send(ask, AcceptRebuild, { projection });
    return done(`the rebuild of ${projection} takes over`);
  }
}

const done = (message: string) => ({ success: true as const, message });
