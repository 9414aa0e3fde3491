import { shortText } from '@syntropic/kernel';
import type { ListedMessage } from '@syntropic/orchestration/read-model';
import { cutMark } from '../reads/cut-mark';
import type { MessageView } from './messages.dto';

export const messageView = (row: ListedMessage): MessageView => ({
  message_id: row.message_id,
  role: row.role,
  message: row.message,
  requested_at: row.requested_at,
  recipients: row.recipients.map(({ phaseId, state, sessionId, settledAt }) => ({
    phase_id: phaseId,
    state,
    session_id: sessionId,
    settled_at: settledAt,
  })),
  ...cutMark(row),
});

const SHOWN_BYTES = 500;

/** The message with the beginning of its text. */
export function messageBeginning(row: ListedMessage): MessageView {
  const message = shortText(row.message, SHOWN_BYTES);
  return { ...messageView(row), message, ...(message !== row.message && { truncated: true as const }) };
}
