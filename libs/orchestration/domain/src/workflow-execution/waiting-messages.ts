import type { PhaseId } from '@syntropic/kernel';
import type { AgentMessage } from '@syntropic/orchestration/contracts';

/** A message that agents of these phases have not taken yet. */
export type WaitingMessage = AgentMessage & Readonly<{ phaseIds: readonly PhaseId[] }>;

type Messages = readonly WaitingMessage[];

export const isWaitedFor = ({ phaseIds }: WaitingMessage, phaseId: string): boolean =>
  phaseIds.some((id) => id === phaseId);

export const withMessage = (messages: Messages, { messageId, role, message, phaseIds }: WaitingMessage): Messages => [
  ...messages,
  { messageId, role, message, phaseIds },
];

/** The messages after one of them no longer waits for this phase. */
export const withoutMessage = (
  messages: Messages,
  { messageId, phaseId }: Readonly<{ messageId: string; phaseId: string }>,
): Messages =>
  messages
    .map((one) =>
      one.messageId === messageId ? { ...one, phaseIds: one.phaseIds.filter((id) => id !== phaseId) } : one,
    )
    .filter(({ phaseIds }) => phaseIds.length > 0);
