import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { repo, type RepoEvent, type SystemEvent } from '@syntropic/organization/contracts';
import { assignRepoToSystem, Repo, System } from '@syntropic/organization/domain';

type AssignRepoToSystem = typeof repo.commands.AssignRepoToSystem;

@Handles(repo.commands.AssignRepoToSystem)
export class AssignRepoHandler implements Handler<AssignRepoToSystem> {
  constructor(
    @InjectAggregates(Repo) private readonly repos: Aggregates<Repo, RepoEvent>,
    @InjectAggregates(System) private readonly systems: Aggregates<System, SystemEvent>,
  ) {}

  /** Decides again when the system has changed before the append. */
  execute({ data, context }: Command<AssignRepoToSystem>): Promise<Outcome> {
    return retryOnConflict(async () => {
      const system = await this.systems.load(data.systemId);
      return this.repos.update(data.repoId, context, (state) => assignRepoToSystem(state, data, system.state), [
        system,
      ]);
    });
  }
}
