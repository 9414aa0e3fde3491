import { Inject, Injectable } from '@nestjs/common';
import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { BACKENDS, PROVIDERS } from '../injection-tokens';
import type { Provider } from '../providers';
import type { Backend } from '../workspaces';

/** The kinds of agents and of workspaces that this runner offers, by their names. */
@Injectable()
export class AgentKinds {
  constructor(
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
  ) {}

  of({ provider, isolation }: AgentConfiguration): Readonly<{ provider: Provider; backend: Backend }> {
    return { provider: named(this.providers, provider), backend: named(this.backends, isolation) };
  }
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string): Item {
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw new Error(`this runner has claimed work for ${name}, which is not among its capabilities`);
  return item;
}
