import { Injectable } from '@nestjs/common';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { triggerFiringProjection } from '@syntropic/github/read-model';
import { repositoryKey } from '@syntropic/kernel';
import { executionProjection } from '@syntropic/orchestration/read-model';
import {
  executionFailureProjection,
  organizationProjection,
  repoExecutionProjection,
  repoProjection,
  repoSessionProjection,
  systemProjection,
  type RepoRow,
} from '@syntropic/organization/read-model';
import { ReadModels, type PageQuery } from '@syntropic/projections';
import type { ApiRequest } from '../http/endpoint';
import { RowLookup } from '../reads/row-lookup';
import { REPO } from '../repos/repo-lookup';
import type { Scope } from './execution-facts';

const ORGANIZATION = {
  projection: organizationProjection,
  noun: 'Organization',
  missing: 'organization.not_found',
} as const;
const SYSTEM = { projection: systemProjection, noun: 'System', missing: 'system.not_found' } as const;

/** The read models behind insights, besides those of the repositories. */
const SOURCES = [
  repoExecutionProjection,
  repoSessionProjection,
  executionProjection,
  executionFailureProjection,
  sessionProjection,
  triggerFiringProjection,
];

const PAGE = 1_000;

type Freshness = Pick<ApiRequest, 'minPosition'>;
type RepoFilter = NonNullable<PageQuery<RepoRow>['where']>;

/** A registered repository, with the key under which executions name it. */
export type RepoOfScope = Readonly<
  Pick<RepoRow, 'repo_id' | 'organization_id' | 'system_id' | 'full_name'> & { repository: string }
>;

type Filter = Readonly<{
  organization_id?: string | undefined;
  system_id?: string | undefined;
  repo_id?: string | undefined;
}>;

/** Finds the repositories that insights are about. */
@Injectable()
export class Scopes {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
  ) {}

  /** Waits until the read models of executions and sessions include the position that the request has seen. */
  async reached({ minPosition }: Freshness): Promise<void> {
    if (minPosition) await this.reads.reached(SOURCES, minPosition);
  }

  async repo(id: string, freshness: Freshness): Promise<RepoOfScope> {
    const [repo] = await Promise.all([this.lookup.find(REPO, id, freshness), this.reached(freshness)]);
    return withKey(repo);
  }

  async system(id: string, freshness: Freshness) {
    const [system] = await Promise.all([this.lookup.find(SYSTEM, id, freshness), this.reached(freshness)]);
    return { system, repos: await this.repos({ system_id: system.system_id }, freshness) };
  }

  /** The repositories that all of these ids have in common; without an id there is no restriction. */
  async filtered({ organization_id, system_id, repo_id }: Filter, freshness: Freshness): Promise<Scope> {
    await this.reached(freshness);
    if (organization_id === undefined && system_id === undefined && repo_id === undefined) return undefined;
    const [organization, system, repo] = await Promise.all([
      organization_id === undefined ? undefined : this.lookup.find(ORGANIZATION, organization_id, freshness),
      system_id === undefined ? undefined : this.lookup.find(SYSTEM, system_id, freshness),
      repo_id === undefined ? undefined : this.lookup.find(REPO, repo_id, freshness),
    ]);
    const where = {
      organization_id: organization?.organization_id,
      system_id: system?.system_id,
      repo_id: repo?.repo_id,
    };
    return (await this.repos(where, freshness)).map(({ repository }) => repository);
  }

  /** All repositories of a system or an organization, or all there are. */
  async repos(where: RepoFilter, { minPosition }: Freshness): Promise<readonly RepoOfScope[]> {
    const found: RepoOfScope[] = [];
    for (let isComplete = false; !isComplete;) {
      const page = { where, orderBy: [['full_name', 'asc']], limit: PAGE, offset: found.length, minPosition } as const;
      const { rows } = await this.reads.page(repoProjection, page);
      found.push(...rows.map(withKey));
      isComplete = rows.length < PAGE;
    }
    return found;
  }
}

const withKey = ({ repo_id, organization_id, system_id, full_name, provider }: RepoRow): RepoOfScope => ({
  repo_id,
  organization_id,
  system_id,
  full_name,
  repository: repositoryKey(provider, full_name),
});
