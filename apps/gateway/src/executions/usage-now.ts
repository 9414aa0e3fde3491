import { Injectable } from '@nestjs/common';
import { addUsage, NO_USAGE, type Usage } from '@syntropic/kernel';
import type { ExecutionRow, PhaseRow } from '@syntropic/orchestration/read-model';
import { TelemetryReader } from '@syntropic/telemetry';

/** What telemetry knows of the sessions of an execution; empty where their own accounts in the log say all of it. */
type MeasuredUsage = ReadonlyMap<string, Usage>;

const HAS_ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
/** Phases whose newest attempt has no final account in the log: it runs, is held, or was cut off. */
const UNSETTLED: ReadonlySet<string> = new Set(['queued', 'running', 'paused', 'interrupted']);

/** What executions have used by now: by the accounts of their sessions, or by telemetry while one is missing, which it may be for ever. */
@Injectable()
export class UsageNow {
  constructor(private readonly telemetry: TelemetryReader) {}

  async of(row: ExecutionRow): Promise<Usage> {
    return totalOf(row, await this.measured(row));
  }

  async measured({ execution_id, status, detail }: ExecutionRow): Promise<MeasuredUsage> {
    const isSettled = HAS_ENDED.has(status) || !detail.phases.some(isUnsettled);
    if (isSettled && detail.usage.costComplete) return new Map();

    const { sessions } = await this.telemetry.executionTotals(execution_id);
    return new Map(sessions.map(({ sessionId, usage }) => [sessionId, usage]));
  }
}

export const totalOf = ({ detail }: ExecutionRow, measured: MeasuredUsage): Usage =>
  measured.size === 0 ? detail.usage : measuredFor(detail.usage, [...measured.values()].reduce(addUsage, NO_USAGE));

export const usageOfPhase = (phase: PhaseRow, measured: MeasuredUsage): Usage => {
  const usage = measured.get(phase.sessionId ?? '');
  return usage && (isUnsettled(phase) || !phase.usage.costComplete) ? measuredFor(phase.usage, usage) : phase.usage;
};

/** What was lost without a trace is missing in what was measured too. */
export const measuredFor = (accounted: Usage, measured: Usage): Usage => ({
  ...measured,
  costComplete: measured.costComplete && accounted.costComplete,
});

const isUnsettled = ({ status }: Pick<PhaseRow, 'status'>): boolean => UNSETTLED.has(status);
