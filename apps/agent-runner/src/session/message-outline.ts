import { objectOf } from '@syntropic/telemetry';
import { z } from 'zod';

const Block = z.object({
  type: z.string(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  name: z.string().optional().catch(undefined),
});
const text = z.string().optional().catch(undefined);
const isBackgrounded = z.boolean().optional().catch(undefined);
const MessageOutline = z.object({
  type: z.string(),
  subtype: text,
  uuid: text,
  /** The agent shows a message of its input. */
  isReplay: z.boolean().optional().catch(undefined),
  parent_tool_use_id: z.string().nullish(),
  message: z
    .object({
      id: z.string().optional(),
      content: z.union([z.string().transform(() => ''), z.array(Block)]).optional(),
    })
    .optional(),
  task_id: text,
  is_backgrounded: isBackgrounded,
  patch: z.object({ status: text, is_backgrounded: isBackgrounded }).optional().catch(undefined),
  tool_use_result: z.object({ isAsync: isBackgrounded, status: text, agentId: text }).optional().catch(undefined),
  /** The messages that a result answers. */
  user_message_uuids: z.array(z.string()).optional().catch(undefined),
  /** A limit of the agent's subscription. */
  rate_limit_info: z
    .object({
      status: text,
      resetsAt: z.number().optional(),
      overageStatus: text,
      isUsingOverage: z.boolean().optional(),
    })
    .optional()
    .catch(undefined),
  /** The answer to a control request. */
  response: z.object({ request_id: text, subtype: text }).optional().catch(undefined),
  tasks: z
    .array(z.object({ task_id: text }))
    .optional()
    .catch(undefined),
});

/** The fields of a stream-json message that decide where its agent can be paused, when it has done its work, and which input it has answered. */
export type MessageOutline = z.infer<typeof MessageOutline>;

/** Undefined for a line that is no message. */
export const outlineOf = (line: string): MessageOutline | undefined =>
  MessageOutline.safeParse(objectOf(line.trim())).data;
