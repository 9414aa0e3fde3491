import { Injectable } from '@nestjs/common';
import type { Usage } from '@syntropic/kernel';
import { executionProjection, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { repoExecutionProjection } from '@syntropic/organization/read-model';
import { instant } from '@syntropic/postgres';
import { Pool } from 'pg';
import { UsageNow, type Accounted } from '../executions/usage-now';

/** An execution as insights count it, with its present usage and those repositories of the scope that it names. */
export type ExecutionFacts = Readonly<
  Pick<ExecutionRow, 'execution_id' | 'workflow_id' | 'status' | 'started_at'> & {
    usage: Usage;
    repositories: readonly string[];
  }
>;

/** Keys of repositories; `undefined` stands for all executions, also those that name none. */
export type Scope = readonly string[] | undefined;

type Row = Omit<ExecutionFacts, 'usage'> & Accounted;

/** Executions read at once: a usage may hold a hundred models. */
const BATCH = 500;

const EXECUTIONS = executionProjection.table;
const NAMED = repoExecutionProjection.table;

const IN_SCOPE = `
  select started_at, execution_id, array_agg(repository order by repository) as repositories
  from ${NAMED} where (started_at, execution_id) > ($1::timestamptz, $2) and repository = any($3)
  group by started_at, execution_id order by started_at, execution_id limit ${BATCH}`;

const ALL = `
  select started_at, execution_id,
    array(select repository from ${NAMED} named where named.execution_id = one.execution_id order by 1) as repositories
  from ${EXECUTIONS} one where (started_at, execution_id) > ($1::timestamptz, $2)
  order by started_at, execution_id limit ${BATCH}`;

const factsOf = (page: string): string => `
  select page.execution_id, ${instant('page.started_at')} as started_at, page.repositories,
    t.workflow_id, t.status, jsonb_build_object(
      'usage', t.detail->'usage', 'unaccounted', t.detail->'unaccounted', 'phases', (
        select coalesce(jsonb_agg(jsonb_build_object('status', phase->'status', 'sessionId', phase->'sessionId')), '[]')
        from jsonb_array_elements(t.detail->'phases') phase)) as detail
  from (${page}) page left join ${EXECUTIONS} t on t.execution_id = page.execution_id
  order by page.started_at, page.execution_id`;

/** Reads the executions of a scope in the order of their start. */
@Injectable()
export class ExecutionFactsReader {
  constructor(
    private readonly pool: Pool,
    private readonly usage: UsageNow,
  ) {}

  /** In batches, so that memory does not grow with their number. */
  async *since(start: string, scope: Scope): AsyncGenerator<ExecutionFacts> {
    let [after, last] = [start, ''];
    for (let isLast = false; !isLast;) {
      const { rows } = await this.pool.query<Row>(
        scope
          ? { name: 'facts-in-scope', text: factsOf(IN_SCOPE), values: [after, last, scope] }
          : { name: 'facts-of-all', text: factsOf(ALL), values: [after, last] },
      );
      yield* await this.#withUsage(rows);
      ({ started_at: after, execution_id: last } = rows.at(-1) ?? { started_at: after, execution_id: last });
      isLast = rows.length < BATCH;
    }
  }

  async #withUsage(rows: readonly Row[]): Promise<readonly ExecutionFacts[]> {
    // The read model of executions may be behind the one of their repositories.
    const known = rows.filter(isKnown);
    const usages = await this.usage.ofEach(known);
    return known.map(({ detail: { usage }, ...facts }, index) => ({ ...facts, usage: usages[index] ?? usage }));
  }
}

const isKnown = ({ status }: Readonly<{ status: string | null }>): boolean => status !== null;
