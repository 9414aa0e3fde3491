import { Injectable } from '@nestjs/common';
import { phaseTotalProjection, sessionProjection, type PhaseTotalRow } from '@syntropic/agent-sessions/read-model';
import { addCounts, addUsage, NO_USAGE, tokensOf, type Usage } from '@syntropic/kernel';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { Pool } from 'pg';
import { knownCost } from '../display/usage-fields';
import type { ApiRequest } from '../http/endpoint';
import { CostRows, type CostlySession } from './cost-rows';

/** The sums over the sessions of a phase, and over what they produced. */
export type PhaseTotal = Readonly<
  Pick<PhaseTotalRow, 'workflow_id' | 'phase_id' | 'status' | 'session_count' | 'artifact_count' | 'artifact_bytes'> & {
    usage: Usage;
  }
>;

type UsageTotals = Readonly<{
  usage: Usage;
  sessions: number;
  artifacts: number;
  artifactBytes: number;
  phases: readonly PhaseTotal[];
  /** The costliest sessions, those that run included. */
  costliest: readonly CostlySession[];
}>;

const COSTLIEST = 10;

const PHASES = `
  select workflow_id, phase_id, status, session_count, artifact_count, artifact_bytes, detail->'usage' as usage
  from ${phaseTotalProjection.table}`;

const EXECUTIONS = `
  select status, rows::int as executions from unnest($1::text[]) status
  join read.row_counts on relation = $2 and columns = $3 and value = $4::jsonb || jsonb_build_array(status)`;

const SOURCES = [phaseTotalProjection, sessionProjection, executionProjection];

/** Adds up what sessions have used so far: the totals of phases from their read model, and what telemetry alone knows of open sessions. */
@Injectable()
export class UsageTotalsReader {
  constructor(
    private readonly pool: Pool,
    private readonly reads: ReadModels,
    private readonly costs: CostRows,
  ) {}

  /** Waits until the read models include the position that the request has seen. */
  async reached({ minPosition }: Pick<ApiRequest, 'minPosition'>): Promise<void> {
    if (minPosition) await this.reads.reached(SOURCES, minPosition);
  }

  /** Of all workflows, or of one. */
  async of(workflowId?: string): Promise<UsageTotals> {
    const [phases, open] = await Promise.all([
      this.#rows<PhaseTotal>(PHASES, 'order by workflow_id, phase_id', workflowId),
      this.#open(workflowId),
    ]);
    const all = phases.map((phase) => ({
      ...phase,
      usage: addUsage(phase.usage, open.byPhase.get(phaseKey(phase)) ?? NO_USAGE),
    }));
    const sumOf = (field: 'session_count' | 'artifact_count' | 'artifact_bytes') =>
      all.map((phase) => phase[field]).reduce(addCounts, 0);
    return {
      usage: all.map(({ usage }) => usage).reduce(addUsage, NO_USAGE),
      sessions: sumOf('session_count'),
      artifacts: sumOf('artifact_count'),
      artifactBytes: sumOf('artifact_bytes'),
      phases: all,
      costliest: costliestOf([...(await this.costs.costliest(COSTLIEST)), ...open.costliest]),
    };
  }

  /** The number of executions in each status. */
  async executions(workflowId?: string): Promise<ReadonlyMap<string, number>> {
    const [columns, first] = workflowId === undefined ? ['status', []] : ['workflow_id, status', [workflowId]];
    const { rows } = await this.pool.query<{ status: string; executions: number }>(EXECUTIONS, [
      executionProjection.row.shape.status.options,
      executionProjection.table,
      columns,
      JSON.stringify(first),
    ]);
    return new Map(rows.map(({ status, executions }) => [status, executions]));
  }

  async #open(workflowId: string | undefined) {
    const byPhase = new Map<string, Usage>();
    let costliest: readonly CostlySession[] = [];
    for await (const batch of this.costs.open()) {
      const own = batch.filter(({ workflow_id }) => workflowId === undefined || workflow_id === workflowId);
      for (const session of own) {
        const key = phaseKey(session);
        byPhase.set(key, addUsage(byPhase.get(key) ?? NO_USAGE, session.usage));
      }
      costliest = costliestOf([...costliest, ...own.map(costly)]);
    }
    return { byPhase, costliest };
  }

  async #rows<Row extends object>(select: string, rest: string, workflowId: string | undefined) {
    const isOfOne = workflowId !== undefined;
    const text = `${select} ${isOfOne ? 'where workflow_id = $1' : ''} ${rest}`;
    const { rows } = await this.pool.query<Row>(text, isOfOne ? [workflowId] : []);
    return rows;
  }
}

const phaseKey = ({ workflow_id, phase_id }: Readonly<{ workflow_id: string; phase_id: string }>) =>
  `${workflow_id} ${phase_id}`;

const costly = ({ usage, ...session }: Omit<CostlySession, 'cost' | 'tokens'> & Readonly<{ usage: Usage }>) => ({
  ...session,
  cost: knownCost(usage),
  tokens: tokensOf(usage).totalTokens,
});

const costliestOf = (sessions: readonly CostlySession[]): readonly CostlySession[] =>
  [...sessions].sort((one, other) => Number(other.cost) - Number(one.cost)).slice(0, COSTLIEST);
