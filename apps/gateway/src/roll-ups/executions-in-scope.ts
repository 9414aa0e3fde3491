import { Injectable } from '@nestjs/common';
import { triggerFiringProjection } from '@syntropic/github/read-model';
import { repoExecutionProjection } from '@syntropic/organization/read-model';
import { Pool } from 'pg';
import { EXECUTION } from '../executions/execution-lookup';
import type { ApiRequest } from '../http/endpoint';
import { Scopes } from '../insights/scopes';
import { RowLookup } from '../reads/row-lookup';
import { TRIGGER } from '../triggers/trigger-lookup';

/** What restricts sums to some executions; all of it holds at once. */
export type ScopeQuery = Readonly<{
  execution_id?: string | undefined;
  trigger_id?: string | undefined;
  repo_id?: string | undefined;
  system_id?: string | undefined;
  organization_id?: string | undefined;
}>;

/** The newest executions of a scope; `ids` is absent where nothing restricts it. */
export type ExecutionScope = Readonly<{ ids: readonly string[] | undefined; isComplete: boolean }>;

/** The most executions whose sums are added up. */
const MOST = 10_000;

const OF_REPOSITORIES = `
  select distinct execution_id, started_at from ${repoExecutionProjection.table}
  where repository = any ($1) and started_at < $2::timestamptz order by started_at desc, execution_id limit ${MOST + 1}`;

const OF_TRIGGER = `
  select execution_id from ${triggerFiringProjection.table}
  where trigger_id = $1 and fired_at < $2::timestamptz order by fired_at desc, execution_id limit ${MOST + 1}`;

/** Finds the executions that sums are about. */
@Injectable()
export class ExecutionsInScope {
  constructor(
    private readonly pool: Pool,
    private readonly lookup: RowLookup,
    private readonly scopes: Scopes,
  ) {}

  /** @throws Problem for an id that there is not */
  async of(scope: ScopeQuery, before: string, freshness: Pick<ApiRequest, 'minPosition'>): Promise<ExecutionScope> {
    const repositories = await this.scopes.filtered(scope, freshness);
    const restrictions = [
      ...(scope.execution_id === undefined ? [] : [await this.#execution(scope.execution_id, freshness)]),
      ...(scope.trigger_id === undefined ? [] : [await this.#ofTrigger(scope.trigger_id, before, freshness)]),
      ...(repositories ? [await this.#ids(OF_REPOSITORIES, [repositories, before])] : []),
    ];
    const [first, ...others] = restrictions;
    if (!first) return { ids: undefined, isComplete: true };
    const sets = others.map((other) => new Set(other));
    const ids = first.filter((id) => sets.every((set) => set.has(id)));
    return { ids: ids.slice(0, MOST), isComplete: restrictions.every((found) => found.length <= MOST) };
  }

  async #execution(idOrPrefix: string, freshness: Pick<ApiRequest, 'minPosition'>): Promise<readonly string[]> {
    return [(await this.lookup.find(EXECUTION, idOrPrefix, freshness)).execution_id];
  }

  async #ofTrigger(idOrPrefix: string, before: string, freshness: Pick<ApiRequest, 'minPosition'>) {
    const { trigger_id } = await this.lookup.find(TRIGGER, idOrPrefix, freshness);
    return this.#ids(OF_TRIGGER, [trigger_id, before]);
  }

  async #ids(statement: string, values: readonly unknown[]): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ execution_id: string }>(statement, [...values]);
    return rows.map(({ execution_id }) => execution_id);
  }
}
