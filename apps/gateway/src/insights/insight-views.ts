import { addBoundedUsd, leastUsd, OTHER_MODELS, type Usd } from '@syntropic/kernel';
import { totalTokensView } from '@syntropic/live';
import type { SystemRow } from '@syntropic/organization/read-model';
import { secondsBetween } from '../display/duration';
import { costByModel, knownCost } from '../display/usage-fields';
import type { ActivityRow } from './repo-executions';
import type { RepoOfScope } from './scopes';
import { Tally, type Condition } from './tally';

/** The most entries of a map, or of a list that has no pages. */
export const SHOWN = 1_000;

export const repoIdentity = ({ repo_id, full_name }: RepoOfScope) => ({ repo_id, repo_full_name: full_name });

export const systemIdentity = ({ system_id, name, organization_id }: SystemRow) => ({
  system_id,
  system_name: name,
  organization_id,
});

export const totalCost = ({ usage }: Tally) => ({
  total_cost_usd: knownCost(usage),
  cost_complete: usage.costComplete && usage.costUsd !== null,
});

export const costView = (tally: Tally) => ({
  ...totalCost(tally),
  ...totalTokensView(tally.usage),
  cost_by_workflow: costliest(tally.costByWorkflow),
  cost_by_model: costByModel(tally.usage),
  execution_count: tally.executions,
});

/** Costs by the names of repositories; those that are not registered keep their key. */
export function costByRepo({ costByRepository }: Tally, repos: readonly RepoOfScope[]) {
  const names = new Map(repos.map(({ repository, full_name }) => [repository, full_name]));
  const named = [...costByRepository].map(([repository, cost]) => [names.get(repository) ?? repository, cost] as const);
  return costliest(new Map(named));
}

function costliest(costs: ReadonlyMap<string, Usd>): Record<string, Usd> {
  if (costs.size <= SHOWN) return Object.fromEntries(costs);
  const sorted = [...costs].sort(([, one], [, other]) => (leastUsd(one, other) === other ? -1 : 1));
  const others = sorted.slice(SHOWN - 1).map(([, cost]) => cost);
  return { ...Object.fromEntries(sorted.slice(0, SHOWN - 1)), [OTHER_MODELS]: others.reduce(addBoundedUsd, '0') };
}

export const repoHealth = (repo: RepoOfScope, tally: Tally) => ({
  ...repoIdentity(repo),
  status: tally.condition,
  total_executions: tally.outcomes,
  successful_executions: tally.completed,
  failed_executions: tally.failed,
  active_executions: tally.active,
  success_rate: tally.successRate,
  trend: tally.trend,
  recent_cost_usd: totalCost(tally).total_cost_usd,
  cost_complete: totalCost(tally).cost_complete,
  window_tokens: totalTokensView(tally.usage).total_tokens,
  last_execution_at: tally.lastStartedAt ?? '',
});

/** The state of a system: failing when more than half of its repositories fail, degraded when any does or is degraded. */
export function systemStatus(repos: readonly RepoOfScope[], tallies: ReadonlyMap<string, Tally>) {
  const states = repos.map((repo) => ({ repo, tally: tallies.get(repo.repository) ?? new Tally() }));
  const count = (condition: Condition) => states.filter(({ tally }) => tally.condition === condition).length;
  const [degraded, failing] = [count('degraded'), count('failing')];
  return {
    overall_status: overall(repos.length, degraded, failing),
    total_repos: repos.length,
    healthy_repos: count('healthy'),
    degraded_repos: degraded,
    failing_repos: failing,
    inactive_repos: count('inactive'),
    repos: states.slice(0, SHOWN).map(({ repo, tally }) => ({
      ...repoIdentity(repo),
      status: tally.condition,
      success_rate: tally.successRate,
      active_executions: tally.active,
      last_execution_at: tally.lastStartedAt ?? '',
    })),
  };
}

function overall(total: number, degraded: number, failing: number) {
  if (failing * 2 > total) return 'failing' as const;
  return degraded + failing > 0 ? ('degraded' as const) : ('healthy' as const);
}

export const activityEntry = ({ completed_at, started_at, ...row }: ActivityRow) => ({
  ...row,
  started_at,
  completed_at,
  duration_seconds: secondsBetween(started_at, completed_at) ?? 0,
});
