import type { DomainItem, TelemetryItem } from '@syntropic/live';
import type { StreamFrame } from '../event-stream-text';
import { framed, OPERATION } from './plain-frames';

/** Ends of tools, by the names that these clients have for them. */
const TOOL_ENDS: ReadonlyMap<string, string> = new Map([
  ['tool_execution_completed', 'tool_completed'],
  ['tool_execution_failed', 'tool_completed'],
  ['tool_blocked', 'tool_blocked'],
]);

/** Changes that show in the execution's detail, and for which these clients read nothing again. */
const CHANGES: Readonly<Record<string, string>> = {
  ExecutionPauseRequested: 'execution_pause_requested',
  ExecutionInterruptRequested: 'execution_interrupt_requested',
  ExecutionCancelRequested: 'execution_cancel_requested',
  ExecutionPaused: 'execution_paused',
  ExecutionResumed: 'execution_resumed',
  PhaseResumed: 'phase_resumed',
  PhaseAwaitingApproval: 'phase_awaiting_approval',
  BudgetExceeded: 'budget_exceeded',
  BudgetChanged: 'budget_changed',
  MessageRequested: 'message_requested',
  MessageDelivered: 'message_delivered',
  MessageUndeliverable: 'message_undeliverable',
  ExecutionCancelled: 'execution_cancelled',
};

/** The operation of a telemetry event; `undefined` unless a tool has ended. */
export function toolOperation(
  executionId: string,
  { type, data, sessionId, phaseId, time }: TelemetryItem,
): StreamFrame | undefined {
  const operationType = TOOL_ENDS.get(type);
  if (operationType === undefined) return undefined;
  return operation(executionId, time, {
    session_id: sessionId,
    phase_id: phaseId,
    operation_type: operationType,
    success: type === 'tool_execution_completed',
    tool_name: data['tool_name'] ?? null,
    tool_use_id: data['tool_use_id'] ?? null,
  });
}

/** The operation that accompanies a change which these clients do not know. */
export function changeOperation(executionId: string, event: Omit<DomainItem, 'position'>): StreamFrame | undefined {
  const type = CHANGES[event.type];
  if (type === undefined) return undefined;
  return operation(executionId, event.recordedAt, { operation_type: type, success: true });
}

const operation = (executionId: string, timestamp: string, data: object): StreamFrame =>
  framed(executionId, {
    type: 'event',
    name: OPERATION,
    data: { execution_id: executionId, ...data, timestamp },
    timestamp,
  });
