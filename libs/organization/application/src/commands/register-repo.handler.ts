import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { repo, UNAFFILIATED, type OrganizationEvent, type RepoEvent } from '@syntropic/organization/contracts';
import { Organization, registerRepo, Repo } from '@syntropic/organization/domain';

type RegisterRepo = typeof repo.commands.RegisterRepo;

@Handles(repo.commands.RegisterRepo)
export class RegisterRepoHandler implements Handler<RegisterRepo> {
  constructor(
    @InjectAggregates(Repo) private readonly repos: Aggregates<Repo, RepoEvent>,
    @InjectAggregates(Organization) private readonly organizations: Aggregates<Organization, OrganizationEvent>,
  ) {}

  /** Decides again when the organization has changed before the append. */
  execute({ data, context }: Command<RegisterRepo>): Promise<Outcome> {
    const { repoId, organizationId } = data;
    return retryOnConflict(async () => {
      const owner = organizationId === UNAFFILIATED ? undefined : await this.organizations.load(organizationId);
      return this.repos.update(
        repoId,
        context,
        (state) => registerRepo(state, data, owner?.state),
        owner ? [owner] : [],
      );
    });
  }
}
