import { jsonBytes } from '@syntropic/kernel';
import {
  MAX_WAITING_MESSAGES,
  takesMessages,
  type ExecutionCommands,
  type MessagePage,
} from '@syntropic/orchestration/contracts';
import { idsOf, nextPhases, type Decision } from './continuation';
import { phaseOfSession, refuse, started, wrongState } from './refusals';
import { isWaitedFor } from './waiting-messages';
import { isActive, isRetried, type PhaseState } from './phase-state';
import { isEnding, type WorkflowExecution } from './workflow-execution';

/** The most bytes of a page; a single message may be larger as JSON. */
const MAX_PAGE_BYTES = 512 * 1024;

/** Addresses the phases at work, or the next ones. A repeated message changes nothing while it waits. */
export function injectMessage(execution: WorkflowExecution, command: ExecutionCommands['InjectMessage']): Decision {
  const now = started(execution);
  if (isEnding(now)) throw wrongState('has_ended', 'ending');
  const { messageId, role, message } = command;
  if (now.messages.some((waiting) => waiting.messageId === messageId)) return [];

  const open = now.phases.filter(isOpen);
  const addressed = open.length > 0 ? open : nextPhases(now.phases);
  const phaseIds = addressed.filter(hasListener).map(({ definition }) => definition.phaseId);
  if (phaseIds.length === 0) throw refuse('takes_no_messages', deaf(addressed));
  if (now.messages.length >= MAX_WAITING_MESSAGES) {
    throw refuse('too_many_messages', `${now.messages.length} messages wait for their agents`);
  }
  return [{ type: 'MessageRequested', data: { ...idsOf(now), messageId, role, message, phaseIds } }];
}

/** A repeated report changes nothing, nor does one of a message that was given up. */
export function deliverMessage(execution: WorkflowExecution, command: ExecutionCommands['DeliverMessage']): Decision {
  const now = started(execution);
  const { definition, sessionId, attempt, leg } = phaseOfSession(now, command);
  const { phaseId } = definition;
  const { messageId } = command;
  const waits = now.messages.some((waiting) => waiting.messageId === messageId && isWaitedFor(waiting, phaseId));
  if (!waits) return [];
  return [{ type: 'MessageDelivered', data: { ...idsOf(now), phaseId, sessionId, attempt, leg, messageId } }];
}

/** The messages that wait for the phase's agent, behind `after` if that one waits too. */
export function messagePageOf(
  execution: WorkflowExecution,
  { phaseId, after }: Readonly<{ phaseId: string; after?: string | undefined }>,
): MessagePage {
  const waiting = started(execution).messages.filter((message) => isWaitedFor(message, phaseId));
  const rest = waiting.slice(waiting.findIndex(({ messageId }) => messageId === after) + 1);
  const messages: MessagePage['messages'][number][] = [];
  let bytes = 0;
  for (const { messageId, role, message } of rest) {
    bytes += jsonBytes({ messageId, role, message });
    // At least one, so that pages come to an end.
    if (messages.length > 0 && bytes > MAX_PAGE_BYTES) break;
    messages.push({ messageId, role, message });
  }
  return { messages, hasMore: messages.length < rest.length };
}

/** The phase has begun, and an agent may work on it now or after a retry. */
const isOpen = (phase: PhaseState): boolean =>
  isActive(phase) || isRetried(phase) || phase.status === 'awaiting_approval' || phase.status === 'interrupted';

const hasListener = ({ definition }: PhaseState): boolean => takesMessages(definition.agent.provider);

const deaf = (phases: readonly PhaseState[]): string => {
  const providers = new Set(phases.map(({ definition }) => definition.agent.provider));
  return `agents of the provider ${[...providers].join(', ')} take no messages while they work`;
};
