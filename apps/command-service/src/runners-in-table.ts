import { Injectable } from '@nestjs/common';
import { Runners } from '@syntropic/orchestration/application';
import { forksOf } from '@syntropic/orchestration/contracts';
import type { Capabilities, NeededAgent } from '@syntropic/orchestration/domain';
import { WorkQueue, type FoundAgent, type RunnableSessions } from '@syntropic/work';
import { limitShortfall } from './limit-shortfall';

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
    return (agent) => {
      const offering = runners.filter((runner) => offers(runner, agent));
      if (offering.length === 0) return lackOfProgram(found.map((agents) => agents[agent.provider]));
      const fitting = offering.filter((runner) => shortfallOf(runner, agent) === undefined);
      if (fitting.length === 0) return lackOf(offering.map((runner) => shortfallOf(runner, agent)));
      return lackOfSecrets(fitting, agent.setup?.secrets ?? []);
    };
  }
}

const offers = ({ backends, providers }: RunnableSessions, { provider, isolation, forks }: NeededAgent): boolean =>
  backends.includes(isolation) && providers.includes(forks ? forksOf(provider) : provider);

const shortfallOf = ({ workspaces }: RunnableSessions, { isolation, limits }: NeededAgent) =>
  limitShortfall(limits, workspaces[isolation]);

function lackOf(reasons: readonly (string | undefined)[]): ReturnType<Capabilities> {
  const distinct = [...new Set(reasons)].filter((reason) => reason !== undefined);
  return distinct.length > 0 && { lacks: distinct.slice(0, NAMED).join('; ') };
}

const lackOfProgram = (programs: readonly (FoundAgent | undefined)[]): ReturnType<Capabilities> =>
  lackOf(programs.map((program) => (program && 'missing' in program ? program.missing : undefined)));

function lackOfSecrets(runners: readonly RunnableSessions[], asked: readonly string[]): ReturnType<Capabilities> {
  if (runners.some(({ secrets }) => asked.every((name) => secrets.includes(name)))) return true;
  const unknown = asked.filter((name) => runners.every(({ secrets }) => !secrets.includes(name)));
  if (unknown.length === 0) return { lacks: `no runner has all of the secrets ${asked.join(', ')}` };
  return { lacks: `no such runner has the secret${unknown.length > 1 ? 's' : ''} ${unknown.join(', ')}` };
}
