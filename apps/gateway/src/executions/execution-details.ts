import { Injectable } from '@nestjs/common';
import { executionProjection, messageProjection, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { TelemetryReader, type NumberedEvent } from '@syntropic/telemetry';
import { executionDetail } from './execution-views';
import type { ExecutionDetail } from './executions.dto';
import { UsageNow } from './usage-now';

const TOOL_EVENTS = ['tool_execution_started', 'tool_execution_completed', 'tool_execution_failed', 'tool_blocked'];

/** Of a phase, and of all phases together. */
const SHOWN_OPERATIONS = 1_000;
const ALL_OPERATIONS = 4_000;

/** The newest reruns and messages that a detail names. */
export const SHOWN_RERUNS = 100;
export const SHOWN_MESSAGES = 20;

/** Details of executions: the row with its present usage, its reruns and its messages. */
@Injectable()
export class ExecutionDetails {
  constructor(
    private readonly reads: ReadModels,
    private readonly usage: UsageNow,
    private readonly telemetry: TelemetryReader,
  ) {}

  async withOperations(row: ExecutionRow): Promise<ExecutionDetail> {
    const [now, operations] = await Promise.all([this.#now(row), this.operations(row)]);
    return executionDetail(row, { ...now, operations });
  }

  async withoutOperations(row: ExecutionRow): Promise<ExecutionDetail> {
    return executionDetail(row, { ...(await this.#now(row)), operations: new Map() });
  }

  async #now(row: ExecutionRow) {
    const [unsettled, reruns, budget, messages] = await Promise.all([
      this.usage.unsettled(row),
      this.#reruns(row),
      this.usage.limits(row),
      this.#messages(row),
    ]);
    return { unsettled, reruns, budget, messages };
  }

  async #reruns({ execution_id }: ExecutionRow): Promise<readonly string[]> {
    const { rows } = await this.reads.page(executionProjection, {
      where: { rerun_of: execution_id },
      orderBy: [['started_at', 'desc']],
      limit: SHOWN_RERUNS,
    });
    return rows.map((rerun) => rerun.execution_id);
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
    const page = { types: TOOL_EVENTS, limit };
    return new Map(
      await Promise.all(
        sessionIds.map(async (sessionId) => {
          const operations = await this.telemetry.bySession(sessionId, page);
          return [sessionId, operations.filter(({ time }) => until === undefined || time <= until)] as const;
        }),
      ),
    );
  }
}
