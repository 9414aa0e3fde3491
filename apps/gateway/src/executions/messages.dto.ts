import { MessageRole } from '@syntropic/orchestration/contracts';
import { z } from 'zod';
import { pagesByNumber } from '../http/list-pages';
import { cutField } from '../reads/cut-mark';

/** Of this size, whole messages fit into a page. */
const USUAL_SIZE = 20;

export const MessageListQuery = z.object(pagesByNumber(100, USUAL_SIZE));

const Recipient = z
  .object({
    phase_id: z.string(),
    state: z.enum(['requested', 'delivered', 'undeliverable']),
    session_id: z.string().nullable().meta({ description: 'The session that has taken it.' }),
    settled_at: z.string().nullable().meta({ description: 'When it was delivered or given up.' }),
  })
  .meta({ id: 'MessageRecipient' });

export const MessageView = z
  .object({
    message_id: z.string(),
    role: MessageRole,
    message: z.string(),
    requested_at: z.string(),
    recipients: z.array(Recipient).meta({ description: 'The phases whose agents it is for.' }),
    ...cutField,
  })
  .meta({ id: 'ExecutionMessage' });
export type MessageView = z.infer<typeof MessageView>;

export const MessageList = z
  .object({ messages: z.array(MessageView), total: z.int(), page: z.int(), page_size: z.int() })
  .meta({ id: 'ExecutionMessageList' });
