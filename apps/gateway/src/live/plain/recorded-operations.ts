import type { DomainItem } from '@syntropic/live';
import type { StreamFrame } from '../event-stream-text';
import { framed, OPERATION } from './plain-frames';

/** Ends of tools, by the names that these clients have for them. */
const TOOL_ENDS: Readonly<Record<string, string>> = {
  tool_execution_completed: 'tool_completed',
  tool_execution_failed: 'tool_completed',
  tool_blocked: 'tool_blocked',
};

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

/** The operation of a named telemetry frame; `undefined` unless a tool has ended. */
export function toolOperation(executionId: string, { event = '', data }: StreamFrame): StreamFrame | undefined {
  const type = TOOL_ENDS[event];
  if (type === undefined) return undefined;
  const { session_id, phase_id, tool_name, tool_use_id, time } = data as Readonly<Record<string, unknown>>;
  const timestamp = typeof time === 'string' ? time : new Date().toISOString();
  return operation(executionId, timestamp, {
    session_id,
    phase_id,
    operation_type: type,
    success: event === 'tool_execution_completed',
    tool_name: tool_name ?? null,
    tool_use_id: tool_use_id ?? null,
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
