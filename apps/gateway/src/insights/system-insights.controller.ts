import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { activityEntry, costByRepo, costView, systemIdentity, systemStatus } from './insight-views';
import { RepoExecutions } from './repo-executions';
import { Scopes, type RepoOfScope } from './scopes';
import {
  readSystemActivity,
  readSystemCost,
  readSystemHistory,
  readSystemPatterns,
  readSystemStatus,
} from './system-insights.endpoints';
import { SystemPatterns } from './system-patterns';
import { startOf, Tallies } from './tallies';

type SystemRequest = Pick<ApiRequest<typeof readSystemActivity>, 'params' | 'minPosition'>;

@Controller(API_PREFIXES)
export class SystemInsightsController {
  constructor(
    private readonly scopes: Scopes,
    private readonly tallies: Tallies,
    private readonly executions: RepoExecutions,
    private readonly patterns: SystemPatterns,
  ) {}

  @Serve(readSystemStatus)
  async status(request: ApiRequest<typeof readSystemStatus>) {
    const { window_hours } = request.query;
    const { system, repos, scope } = await this.#system(request);
    const { groups } = await this.tallies.inGroups(scope, window_hours, ({ repositories }) => repositories);
    return { ...systemIdentity(system), ...systemStatus(repos, groups), window_hours };
  }

  @Serve(readSystemCost)
  async cost(request: ApiRequest<typeof readSystemCost>) {
    const { window_hours } = request.query;
    const { system, repos, scope } = await this.#system(request);
    const tally = await this.tallies.of(scope, window_hours);
    return { ...systemIdentity(system), ...costView(tally), cost_by_repo: costByRepo(tally, repos), window_hours };
  }

  @Serve(readSystemActivity)
  async activity(request: ApiRequest<typeof readSystemActivity>) {
    const { scope } = await this.#system(request);
    const { place, tellNext } = pageIn(readSystemActivity, request);
    const { rows, total, next } = await this.executions.newest(scope, place);
    tellNext(next);
    return { entries: rows.map(activityEntry), total };
  }

  @Serve(readSystemHistory)
  async history(request: ApiRequest<typeof readSystemHistory>) {
    const { scope } = await this.#system(request);
    const { place, tellNext } = pageIn(readSystemHistory, request);
    const since = startOf(request.query.window_hours);
    const { rows, total, next } = await this.executions.oldest(scope, since, place);
    tellNext(next);
    return { entries: rows.map(activityEntry), total };
  }

  @Serve(readSystemPatterns)
  async recurring(request: ApiRequest<typeof readSystemPatterns>) {
    const { window_hours } = request.query;
    const { system, repos, scope } = await this.#system(request);
    const since = startOf(window_hours);
    const [failures, outliers] = await Promise.all([
      this.patterns.failures(scope, since),
      this.patterns.outliers(scope, since),
    ]);
    const namesOf = naming(repos);
    return {
      system_id: system.system_id,
      system_name: system.name,
      failure_patterns: failures.map(({ repositories, ...pattern }) => ({
        ...pattern,
        affected_repos: namesOf(repositories),
      })),
      cost_outliers: outliers.map(({ repositories, ...outlier }) => ({
        ...outlier,
        repo_full_name: namesOf(repositories).join(', '),
      })),
      analysis_window_hours: window_hours,
    };
  }

  async #system(request: SystemRequest) {
    const { system, repos } = await this.scopes.system(request.params.system_id, request);
    return { system, repos, scope: repos.map(({ repository }) => repository) };
  }
}

/** The names of repositories by their keys. */
function naming(repos: readonly RepoOfScope[]): (keys: readonly string[]) => string[] {
  const names = new Map(repos.map(({ repository, full_name }) => [repository, full_name]));
  return (keys) => keys.map((key) => names.get(key) ?? key);
}
