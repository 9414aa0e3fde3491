import { Injectable } from '@nestjs/common';
import type { SessionRow } from '@syntropic/agent-sessions/read-model';
import { BudgetReader } from '@syntropic/budgets';
import { addUsage, isUnaccounted, type Usage } from '@syntropic/kernel';
import type { ExecutionRow, ListedExecution, PhaseRow } from '@syntropic/orchestration/read-model';
import { usageOfRow } from '@syntropic/projections';
import { TelemetryReader } from '@syntropic/telemetry';
import type { BudgetLimits } from './budget-view';

/** Usage by session, for sessions whose account the log does not have. */
type UnsettledUsage = ReadonlyMap<string, Usage>;

/** The parts of an execution that tell which usage the log has, and which only telemetry has. */
export type Accounted = Readonly<{
  detail: Readonly<{
    usage: Usage;
    unaccounted: readonly string[];
    phases: readonly Pick<PhaseRow, 'status' | 'sessionId'>[];
  }>;
}>;

type RecordedSession = Readonly<{ session_id: string; status: string; usage: Usage }>;

/** Statuses of phases whose newest session has given no account yet. */
const UNFINISHED: ReadonlySet<string> = new Set(['queued', 'running', 'paused', 'interrupted']);

/** The present usage of executions: from the log for sessions with an account, from telemetry for the others. */
@Injectable()
export class UsageNow {
  constructor(
    private readonly telemetry: TelemetryReader,
    private readonly budgets: BudgetReader,
  ) {}

  /** The usage of each execution, with one query for all. */
  ofEach(executions: readonly Accounted[]): Promise<readonly Usage[]> {
    return this.#withOpen(executions.map(({ detail }) => ({ settled: detail.usage, open: openSessions(detail) })));
  }

  /** The usage of each execution of a list, with one query for all. */
  ofListed(rows: readonly ListedExecution[]): Promise<readonly Usage[]> {
    return this.#withOpen(rows.map((row) => ({ settled: usageOfRow(row), open: openSessions(row.detail) })));
  }

  async #withOpen(executions: readonly Readonly<{ settled: Usage; open: ReadonlySet<string> }>[]) {
    const unsettled = await this.telemetry.usageOfSessions(executions.flatMap(({ open }) => [...open]));
    return executions.map(({ settled, open }) =>
      [...open].flatMap((session) => unsettled.get(session) ?? []).reduce(addUsage, settled),
    );
  }

  /** The usage of those sessions whose account the log does not have. */
  ofOpenSessions(sessions: readonly RecordedSession[]): Promise<ReadonlyMap<string, Usage>> {
    const open = sessions.filter(({ status, usage }) => status === 'running' || isUnaccounted(usage));
    return this.telemetry.usageOfSessions(open.map(({ session_id }) => session_id));
  }

  /** The present usage of each session, with one query for all. */
  async ofSessions(sessions: readonly RecordedSession[]): Promise<readonly Usage[]> {
    const open = await this.ofOpenSessions(sessions);
    return sessions.map(({ session_id, usage }) => open.get(session_id) ?? usage);
  }

  async ofSession({ session_id, status, detail: { usage } }: SessionRow): Promise<Usage> {
    const [now = usage] = await this.ofSessions([{ session_id, status, usage }]);
    return now;
  }

  /** The present amounts of its budget. An execution without one costs no query. */
  async limits({ execution_id, detail }: ExecutionRow): Promise<BudgetLimits> {
    return detail.budget ? this.budgets.limitsOf(execution_id) : [];
  }

  async unsettled({ execution_id, detail }: ExecutionRow | ListedExecution): Promise<UnsettledUsage> {
    const open = openSessions(detail);
    if (open.size === 0) return new Map();

    const { sessions } = await this.telemetry.executionTotals(execution_id);
    return new Map(
      sessions.flatMap(({ sessionId, usage }) => (open.has(sessionId) ? [[sessionId, usage] as const] : [])),
    );
  }
}

export const totalOf = ({ detail }: ExecutionRow, unsettled: UnsettledUsage): Usage =>
  withUnsettled(detail.usage, unsettled);

const withUnsettled = (settled: Usage, unsettled: UnsettledUsage): Usage =>
  [...unsettled.values()].reduce(addUsage, settled);

export const usageOfPhase = ({ sessionId, usage }: PhaseRow, unsettled: UnsettledUsage): Usage =>
  unsettled.get(sessionId ?? '') ?? usage;

/** The sessions whose use the log does not have. */
export const openSessions = ({ unaccounted, phases }: Omit<Accounted['detail'], 'usage'>): ReadonlySet<string> =>
  new Set([...unaccounted, ...phases.flatMap(openSession)]);

const openSession = ({ status, sessionId }: Pick<PhaseRow, 'status' | 'sessionId'>): readonly string[] =>
  UNFINISHED.has(status) && sessionId !== null ? [sessionId] : [];
