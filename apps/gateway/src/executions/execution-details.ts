import { Injectable } from '@nestjs/common';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import {
  executionProjection,
  hasEnded,
  messageProjection,
  type ExecutionRow,
  type ListedMessage,
} from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { TelemetryReader, type NumberedEvent } from '@syntropic/telemetry';
import { Pool } from 'pg';
import type { BudgetLimits } from './budget-view';
import { executionDetail } from './execution-views';
import type { ExecutionDetail } from './executions.dto';
import { openSessions, UsageNow } from './usage-now';

/** Of a phase, and of all phases together. */
const SHOWN_OPERATIONS = 1_000;
const ALL_OPERATIONS = 4_000;

/** The newest reruns and messages that a detail names. */
export const SHOWN_RERUNS = 100;
export const SHOWN_MESSAGES = 20;

/** The detail of an execution. `asOf`: the position up to which it includes its reruns. `isFinal`: only a rerun changes it. */
type DetailNow = Readonly<{
  detail: ExecutionDetail;
  timeless: ExecutionDetail | undefined;
  asOf: number;
  isFinal: boolean;
}>;

const MISSING_TELEMETRY = `
  select count(*)::int as missing from unnest($1::text[]) as phase (session_id)
  left join ${sessionProjection.table} session using (session_id)
  left join telemetry.session_totals stored using (session_id)
  where session.session_id is null or session.status = 'running'
    or coalesce(stored.events, 0) < (session.detail->>'telemetryEvents')::bigint
      - (select count(*) from telemetry.quarantine refused where refused.session_id = phase.session_id)`;

/** Details of executions: the row with its present usage, its reruns and its messages. */
@Injectable()
export class ExecutionDetails {
  constructor(
    private readonly reads: ReadModels,
    private readonly usage: UsageNow,
    private readonly telemetry: TelemetryReader,
    private readonly pool: Pool,
  ) {}

  async withOperations(row: ExecutionRow): Promise<DetailNow> {
    // Asked before the operations are read: what is complete then is complete in the answer.
    const isComplete = hasEnded(row) && openSessions(row.detail).size === 0 && (await this.#isTelemetryComplete(row));
    const [{ asOf, ...now }, operations] = await Promise.all([this.#now(row), this.operations(row)]);
    const detail = executionDetail(row, { ...now, operations });
    // Durations of what goes on grow with the clock, and are no news.
    const timeless = hasEnded(row) ? undefined : executionDetail(row, { ...now, operations, at: 0 });
    return { detail, timeless, asOf, isFinal: isComplete && areSettled(row, now.messages) && isUnreserved(now.budget) };
  }

  async withoutOperations(row: ExecutionRow): Promise<ExecutionDetail> {
    const { asOf: _, ...now } = await this.#now(row);
    return executionDetail(row, { ...now, operations: new Map() });
  }

  async #now(row: ExecutionRow) {
    const [unsettled, { reruns, asOf }, budget, messages] = await Promise.all([
      this.usage.unsettled(row),
      this.#reruns(row),
      this.usage.limits(row),
      this.#messages(row),
    ]);
    return { unsettled, reruns, asOf, budget, messages };
  }

  async #reruns({ execution_id }: ExecutionRow) {
    const { rows, position } = await this.reads.positionedPage(executionProjection, {
      where: { rerun_of: execution_id },
      orderBy: [['started_at', 'desc']],
      limit: SHOWN_RERUNS,
    });
    return { reruns: rows.map((rerun) => rerun.execution_id), asOf: position };
  }

  /** True when all telemetry of the phases' sessions that their ends have counted is stored, or was refused for good. */
  async #isTelemetryComplete({ detail }: ExecutionRow): Promise<boolean> {
    const sessionIds = detail.phases.flatMap(({ sessionId }) => sessionId ?? []);
    if (sessionIds.length === 0) return true;
    const { rows } = await this.pool.query<{ missing: number }>(MISSING_TELEMETRY, [sessionIds]);
    return rows[0]?.missing === 0;
  }

  /** An execution without messages costs no query. */
  async #messages({ execution_id, detail }: ExecutionRow) {
    if (detail.messages === 0) return [];
    const { rows } = await this.reads.page(messageProjection, {
      where: { execution_id },
      orderBy: [['requested_at', 'desc']],
      limit: SHOWN_MESSAGES,
    });
    return rows;
  }

  /** The operations of each phase's newest session; `until`: those of a time before now, by the clocks of their runners. */
  async operations({ detail }: ExecutionRow, until?: string): Promise<ReadonlyMap<string, readonly NumberedEvent[]>> {
    const sessionIds = detail.phases.flatMap(({ sessionId }) => sessionId ?? []);
    const limit = Math.min(SHOWN_OPERATIONS, Math.floor(ALL_OPERATIONS / sessionIds.length));
    const found = await this.telemetry.toolEventsOf(sessionIds, limit);
    if (until === undefined) return found;
    return new Map([...found].map(([session, events]) => [session, events.filter(({ time }) => time <= until)]));
  }
}

/** True when the outcome of each message that is shown is known. The read model of messages may be behind that of executions. */
const areSettled = ({ detail }: ExecutionRow, messages: readonly ListedMessage[]): boolean =>
  messages.length === Math.min(detail.messages, SHOWN_MESSAGES) &&
  messages.every(({ recipients }) => recipients.every(({ state }) => state !== 'requested'));

/** True when no model call is still to be settled. */
const isUnreserved = (limits: BudgetLimits): boolean => limits.every(({ reserved }) => Number(reserved) === 0);
