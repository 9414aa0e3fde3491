import { Controller } from '@nestjs/common';
import { workOverview } from '@syntropic/work';
import { Pool } from 'pg';
import { API_PREFIXES, Serve } from '../http/serve';
import { readWork } from './work.endpoints';

@Controller(API_PREFIXES)
export class WorkController {
  constructor(private readonly pool: Pool) {}

  @Serve(readWork)
  async read() {
    const { runners, queued } = await workOverview(this.pool);
    return {
      runners: runners.map(({ runner, seenAt, isPresent, backends, providers, agents, ...counts }) => ({
        runner_id: runner,
        seen_at: seenAt,
        is_present: isPresent,
        backends: [...backends],
        providers: [...providers],
        agents: { ...agents },
        ...counts,
      })),
      queued: queued.map(({ oldestQueuedAt, isServed, ...queue }) => ({
        ...queue,
        oldest_queued_at: oldestQueuedAt,
        is_served: isServed,
      })),
    };
  }
}
