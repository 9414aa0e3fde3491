import { Injectable } from '@nestjs/common';
import { DomainError, PhaseId, SessionId, type ExecutionId, type InputOf } from '@syntropic/kernel';
import type { workflowExecution } from '@syntropic/orchestration/contracts';
import { executionProjection, type PhaseRow } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { TelemetryReader, type NoYieldPoint } from '@syntropic/telemetry';

type Asked = Readonly<{ phase: string | undefined; at: string }>;

type ForkPoint = Readonly<{
  phaseId: PhaseId;
  at: NonNullable<InputOf<typeof workflowExecution.commands.ForkExecution>['at']>;
}>;

const WHY: Readonly<Record<NoYieldPoint, string>> = {
  unknown: 'the session of the phase has no such operation',
  no_entry:
    'the conversation has no entry for this operation: name something that the agent has said, or the end of a tool',
  tool_runs: 'a tool was running then: name the end of the last one',
};

/** The points of sessions at which their conversations can go on in another way, by their operations. */
@Injectable()
export class ForkPoints {
  constructor(
    private readonly reads: ReadModels,
    private readonly telemetry: TelemetryReader,
  ) {}

  /** @throws DomainError `execution.no_yield_point` for an operation at which the conversation cannot be left */
  async of(executionId: ExecutionId, { phase, at }: Asked): Promise<ForkPoint> {
    const row = await this.reads.get(executionProjection, executionId);
    const phases = row?.detail.phases.filter(hasOwnSession) ?? [];
    const asked = phase === undefined ? phases : phases.filter(({ phaseId }) => phaseId === phase);
    let why: NoYieldPoint = 'unknown';
    for (const { phaseId, sessionId } of asked.toReversed()) {
      const point = await this.telemetry.yieldPoint(sessionId, at);
      if (typeof point === 'object')
        return { phaseId: PhaseId.parse(phaseId), at: { sessionId: SessionId.parse(sessionId), ...point } };
      if (point !== 'unknown') why = point;
    }
    throw new DomainError('execution.no_yield_point', WHY[why], 'invalid', 'at');
  }
}

/** A phase that was taken over has its session elsewhere. */
const hasOwnSession = (phase: PhaseRow): phase is PhaseRow & Readonly<{ sessionId: string }> =>
  phase.sessionId !== null && !phase.takenOver;
