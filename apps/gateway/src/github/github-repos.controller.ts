import { Controller } from '@nestjs/common';
import { installationProjection, installationRepoProjection } from '@syntropic/github/read-model';
import { repoProjection } from '@syntropic/organization/read-model';
import { ReadModels } from '@syntropic/projections';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { Problem } from '../problems/problem';
import { listGithubRepos } from './github.endpoints';

/** The most installations whose repositories are listed together. */
const MOST_INSTALLATIONS = 1_000;

@Controller(API_PREFIXES)
export class GithubReposController {
  constructor(private readonly reads: ReadModels) {}

  /** Repositories of revoked and suspended installations keep their rows, so the installations decide. */
  @Serve(listGithubRepos)
  async list(request: ApiRequest<typeof listGithubRepos>) {
    const { query, minPosition } = request;
    const { installation_id, include_private } = query;
    const { place, tellNext } = pageIn(listGithubRepos, request);
    const { rows: installations } = await this.reads.page(installationProjection, {
      where: { status: 'active', installation_id },
      orderBy: [['installation_id', 'asc']],
      limit: MOST_INSTALLATIONS,
      minPosition,
    });
    if (installation_id !== undefined && installations.length === 0) {
      throw new Problem('installation.not_found', `no active installation ${installation_id}`);
    }
    const { rows, total, next } = await this.reads.page(installationRepoProjection, {
      where: {
        installation_id: { in: installations.map((one) => one.installation_id) },
        is_private: include_private ? undefined : false,
      },
      orderBy: [['name_key', 'asc']],
      ...place,
      minPosition,
    });
    tellNext(next);
    const branches = await this.#branchesOf(rows.map(({ full_name }) => full_name));
    const repos = rows.map((row) => ({
      github_id: row.github_id,
      name: row.full_name.slice(row.full_name.lastIndexOf('/') + 1),
      full_name: row.full_name,
      private: row.is_private,
      default_branch: branches.get(row.full_name) ?? '',
      owner: row.full_name.slice(0, row.full_name.lastIndexOf('/')),
      installation_id: row.installation_id,
    }));
    return { repos, total, installation_id: installation_id ?? null };
  }

  /** Webhooks do not name default branches; registrations do. */
  async #branchesOf(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length === 0) return new Map();
    const where = { full_name: { in: names }, provider: 'github' as const };
    const { rows } = await this.reads.page(repoProjection, { where, limit: names.length });
    return new Map(rows.map(({ full_name, default_branch }) => [full_name, default_branch]));
  }
}
