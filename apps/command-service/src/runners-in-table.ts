import { Injectable } from '@nestjs/common';
import { Runners } from '@syntropic/orchestration/application';
import { forksOf } from '@syntropic/orchestration/contracts';
import type { Capabilities } from '@syntropic/orchestration/domain';
import { WorkQueue, type FoundAgent, type RunnableSessions } from '@syntropic/work';

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
    return ({ provider, isolation, forks, setup }) => {
      const ability = forks ? forksOf(provider) : provider;
      const offering = runners.filter(
        ({ backends, providers }) => backends.includes(isolation) && providers.includes(ability),
      );
      if (offering.length === 0) return lackOfProgram(found.map((agents) => agents[provider]));
      return lackOfSecrets(offering, setup?.secrets ?? []);
    };
  }
}

function lackOfProgram(programs: readonly (FoundAgent | undefined)[]): ReturnType<Capabilities> {
  const missing = programs.flatMap((program) => (program && 'missing' in program ? [program.missing] : []));
  return missing.length > 0 && { lacks: [...new Set(missing)].slice(0, NAMED).join('; ') };
}

function lackOfSecrets(runners: readonly RunnableSessions[], asked: readonly string[]): ReturnType<Capabilities> {
  if (runners.some(({ secrets }) => asked.every((name) => secrets.includes(name)))) return true;
  const unknown = asked.filter((name) => runners.every(({ secrets }) => !secrets.includes(name)));
  if (unknown.length === 0) return { lacks: `no runner has all of the secrets ${asked.join(', ')}` };
  return { lacks: `no such runner has the secret${unknown.length > 1 ? 's' : ''} ${unknown.join(', ')}` };
}
