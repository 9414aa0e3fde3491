import { Injectable } from '@nestjs/common';
import { Runners } from '@syntropic/orchestration/application';
import { forksOf } from '@syntropic/orchestration/contracts';
import type { Capabilities } from '@syntropic/orchestration/domain';
import { WorkQueue } from '@syntropic/work';

/** Reasons that a refusal names. */
const NAMED = 3;

/** The runners in `ops.runners` that have renewed their leases recently. */
@Injectable()
export class RunnersInTable extends Runners {
  constructor(private readonly queue: WorkQueue) {
    super();
  }

  async capabilities(): Promise<Capabilities> {
    const [runners, found] = await Promise.all([this.queue.capabilities(), this.queue.foundAgents()]);
    return ({ provider, isolation, forks }) => {
      const ability = forks ? forksOf(provider) : provider;
      const isOffered = runners.some(
        ({ backends, providers }) => backends.includes(isolation) && providers.includes(ability),
      );
      const programs = found.map((agents) => agents[provider]);
      const missing = programs.flatMap((program) => (program && 'missing' in program ? [program.missing] : []));
      return isOffered || missing.length === 0
        ? isOffered
        : { lacks: [...new Set(missing)].slice(0, NAMED).join('; ') };
    };
  }
}
