import { z } from 'zod';
import type { ProviderName } from './agent-configuration';

/** The longest message, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** The most messages of one execution that wait for their agents. */
export const MAX_WAITING_MESSAGES = 16;

export const MessageId = z.uuid().brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

/** `user`: text as it is; `system`: text that the agent reads as one of the operators of its run. */
export const MessageRole = z.enum(['user', 'system']);

export const MessageText = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_MESSAGE_BYTES, `at most ${MAX_MESSAGE_BYTES} bytes`);

/** A message for an agent while it works. */
export const AgentMessage = z.object({ messageId: MessageId, role: MessageRole, message: z.string() });
export type AgentMessage = Readonly<z.infer<typeof AgentMessage>>;

const TAKE_MESSAGES: ReadonlySet<ProviderName> = new Set<ProviderName>(['claude']);

/** True for providers whose agents read messages while they work. */
export const takesMessages = (provider: ProviderName): boolean => TAKE_MESSAGES.has(provider);
