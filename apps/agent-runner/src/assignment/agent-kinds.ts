import { Inject, Injectable } from '@nestjs/common';
import type { AgentConfiguration, WorkOrder } from '@syntropic/orchestration/contracts';
import { BACKENDS, PROVIDERS } from '../injection-tokens';
import type { Provider } from '../providers';
import { MemoryRoom } from '../work/memory-room';
import type { Backend, Limits } from '../workspaces';

type Order = Pick<WorkOrder, 'sessionId' | 'agent'>;
type Kinds = Readonly<{ provider: Provider; backend: Backend }>;

/** The kinds of agents and of workspaces that this runner offers, by their names. */
@Injectable()
export class AgentKinds {
  constructor(
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
    private readonly memory: MemoryRoom,
  ) {}

  /**
   * The kinds of an order's agent and workspace, when the runner has memory for it.
   * @throws DomainError `workspace.memory_not_held` for limits that never fit; the signal's reason when it is aborted
   */
  async withRoom({ sessionId, agent }: Order, limits: Limits, signal: AbortSignal): Promise<Kinds> {
    const kinds = this.#of(agent);
    await this.memory.take({ sessionId, backend: kinds.backend, limits }, signal);
    return kinds;
  }

  #of({ provider, isolation }: AgentConfiguration): Kinds {
    return { provider: named(this.providers, provider), backend: named(this.backends, isolation) };
  }
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string): Item {
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw new Error(`this runner has claimed work for ${name}, which is not among its capabilities`);
  return item;
}
