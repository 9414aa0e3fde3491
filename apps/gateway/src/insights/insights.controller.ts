import { Controller } from '@nestjs/common';
import { executionProjection } from '@syntropic/orchestration/read-model';
import {
  NO_SYSTEM,
  organizationProjection,
  systemProjection,
  type SystemRow,
} from '@syntropic/organization/read-model';
import { ReadModels } from '@syntropic/projections';
import { ACTIVE } from '../executions/execution-lookup';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { costByRepo, costView, SHOWN, systemIdentity, systemStatus, totalCost } from './insight-views';
import { readGlobalCost, readOverview } from './insights.endpoints';
import { Scopes, type RepoOfScope } from './scopes';
import { Tally } from './tally';
import { Tallies } from './tallies';

/** Stands for a system where costs are of all executions. */
const ALL_SYSTEMS = { system_id: '', system_name: '', organization_id: '', organization_name: '' };

@Controller(API_PREFIXES)
export class InsightsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly scopes: Scopes,
    private readonly tallies: Tallies,
  ) {}

  @Serve(readOverview)
  async overview(request: ApiRequest<typeof readOverview>) {
    const { window_hours } = request.query;
    await this.scopes.reached(request);
    const [systems, repos, active] = await Promise.all([
      this.reads.page(systemProjection, { orderBy: [['created_at', 'desc']], limit: SHOWN, ...fresh(request) }),
      this.scopes.repos({}, request),
      this.reads.page(executionProjection, { where: { status: { in: ACTIVE } }, limit: 1 }),
    ]);
    const names = await this.#organizationNames(systems.rows);
    const { all, groups } = await this.#talliesOf(repos, window_hours);
    const reposOf = groupedBy(repos, ({ system_id }) => system_id);
    return {
      total_systems: systems.total,
      total_repos: repos.length,
      unassigned_repos: reposOf.get(NO_SYSTEM)?.length ?? 0,
      total_active_executions: active.total,
      ...totalCost(all),
      window_hours,
      systems: systems.rows.map((system) => {
        const tally = groups.get(system.system_id) ?? new Tally();
        const own = reposOf.get(system.system_id) ?? [];
        return {
          ...systemIdentity(system),
          organization_name: names.get(system.organization_id) ?? '',
          repo_count: own.length,
          overall_status: systemStatus(own, groups).overall_status,
          active_executions: tally.active,
          ...totalCost(tally),
        };
      }),
    };
  }

  @Serve(readGlobalCost)
  async cost(request: ApiRequest<typeof readGlobalCost>) {
    const { system_id, window_hours } = request.query;
    await this.scopes.reached(request);
    if (system_id === undefined) {
      const [tally, repos] = [await this.tallies.of(undefined, window_hours), await this.scopes.repos({}, request)];
      return { ...ALL_SYSTEMS, ...costView(tally), cost_by_repo: costByRepo(tally, repos), window_hours };
    }
    const { system, repos } = await this.scopes.system(system_id, request);
    const names = await this.#organizationNames([system]);
    const tally = await this.tallies.of(
      repos.map(({ repository }) => repository),
      window_hours,
    );
    return {
      ...systemIdentity(system),
      organization_name: names.get(system.organization_id) ?? '',
      ...costView(tally),
      cost_by_repo: costByRepo(tally, repos),
      window_hours,
    };
  }

  /** One pass over all executions: sums of all, and of each repository and each system under its key. */
  #talliesOf(repos: readonly RepoOfScope[], windowHours: number) {
    const registrations = groupedBy(repos, ({ repository }) => repository);
    const systemsOf = (repository: string) => (registrations.get(repository) ?? []).map(({ system_id }) => system_id);
    return this.tallies.inGroups(undefined, windowHours, ({ repositories }) =>
      repositories.flatMap((one) => [one, ...systemsOf(one)]),
    );
  }

  async #organizationNames(systems: readonly SystemRow[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(systems.map(({ organization_id }) => organization_id))];
    if (ids.length === 0) return new Map();
    const { rows } = await this.reads.page(organizationProjection, {
      where: { organization_id: { in: ids } },
      limit: ids.length,
    });
    return new Map(rows.map(({ organization_id, name }) => [organization_id, name]));
  }
}

const fresh = ({ minPosition }: Pick<ApiRequest, 'minPosition'>) => ({ minPosition });

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
