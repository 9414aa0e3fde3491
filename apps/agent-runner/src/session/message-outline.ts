import { objectOf } from '@syntropic/telemetry';
import { z } from 'zod';

const Block = z.object({
  type: z.string(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
});
const MessageOutline = z.object({
  type: z.string(),
  parent_tool_use_id: z.string().nullish(),
  message: z
    .object({
      id: z.string().optional(),
      content: z.union([z.string().transform(() => ''), z.array(Block)]).optional(),
    })
    .optional(),
});

/** The fields of a stream-json message that decide where its agent can be paused. */
export type MessageOutline = z.infer<typeof MessageOutline>;

/** Undefined for a line that is no message. */
export const outlineOf = (line: string): MessageOutline | undefined => MessageOutline.safeParse(objectOf(line)).data;
