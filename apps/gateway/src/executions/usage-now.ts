import { Injectable } from '@nestjs/common';
import { addUsage, type Usage } from '@syntropic/kernel';
import type { ExecutionRow, PhaseRow } from '@syntropic/orchestration/read-model';
import { TelemetryReader } from '@syntropic/telemetry';

/** What sessions have used that have not been settled by an event yet. */
type UnsettledUsage = ReadonlyMap<string, Usage>;

const HAS_ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
/** Phases whose newest attempt has no final account in the log: it runs, is held, or was cut off. */
const UNSETTLED: ReadonlySet<string> = new Set(['queued', 'running', 'paused', 'interrupted']);

/** What executions have used by now: settled sessions by their events, the others by their telemetry. */
@Injectable()
export class UsageNow {
  constructor(private readonly telemetry: TelemetryReader) {}

  async of(row: ExecutionRow): Promise<Usage> {
    return totalOf(row, await this.unsettled(row));
  }

  async unsettled({ execution_id, status, detail }: ExecutionRow): Promise<UnsettledUsage> {
    if (HAS_ENDED.has(status) || !detail.phases.some(isUnsettled)) return new Map();

    const { sessions } = await this.telemetry.executionTotals(execution_id);
    return new Map(sessions.map(({ sessionId, usage }) => [sessionId, usage]));
  }
}

export const totalOf = ({ detail }: ExecutionRow, unsettled: UnsettledUsage): Usage =>
  detail.phases
    .filter(isUnsettled)
    .flatMap(({ sessionId }) => unsettled.get(sessionId ?? '') ?? [])
    .reduce(addUsage, detail.usage);

export const usageOfPhase = (phase: PhaseRow, unsettled: UnsettledUsage): Usage =>
  (isUnsettled(phase) ? unsettled.get(phase.sessionId ?? '') : undefined) ?? phase.usage;

const isUnsettled = ({ status }: Pick<PhaseRow, 'status'>): boolean => UNSETTLED.has(status);
