import { Controller } from '@nestjs/common';
import { RepoId } from '@syntropic/kernel';
import { repo } from '@syntropic/organization/contracts';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { assignRepo, unassignRepo } from './repo-assignments.endpoints';
import { REPO } from './repo-lookup';

const { AssignRepoToSystem, UnassignRepoFromSystem } = repo.commands;

@Controller(API_PREFIXES)
export class RepoAssignmentsController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
  ) {}

  @Serve(assignRepo)
  async assign(request: ApiRequest<typeof assignRepo>) {
    const [repoId, { system_id }] = [await this.#idOf(request), request.body];
    await this.commands.send(request, AssignRepoToSystem, { repoId, systemId: system_id });
    return { repo_id: repoId, status: 'assigned' as const, system_id };
  }

  @Serve(unassignRepo)
  async unassign(request: ApiRequest<typeof unassignRepo>) {
    const repoId = await this.#idOf(request);
    await this.commands.send(request, UnassignRepoFromSystem, { repoId });
    return { repo_id: repoId, status: 'unassigned' as const, system_id: null };
  }

  #idOf({ params, minPosition }: Pick<ApiRequest<typeof assignRepo>, 'params' | 'minPosition'>): Promise<RepoId> {
    return this.lookup.idOf(RepoId, REPO, { idOrPrefix: params.repo_id, minPosition });
  }
}
