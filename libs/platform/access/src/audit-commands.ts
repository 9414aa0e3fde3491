import { answered, commands, Done } from '@syntropic/kernel';
import { z } from 'zod';

/** Different refusals in one message: the gateway counts equal ones, and further ones together. */
export const REFUSALS_A_MESSAGE = 200;

const Refused = z.object({
  actor: z.object({ kind: z.enum(['user', 'key', 'github', 'service', 'anonymous']), id: z.string().max(400) }),
  /** The problem code of the answer. */
  code: z.string().max(100),
  /** Absent for refusals counted together. */
  status: z.int().min(400).max(599).optional(),
  method: z.string().max(10),
  /** The route, with its parameters as names; `*` for refusals counted together. */
  route: z.string().max(300),
  count: z.int().min(1).max(1e12),
});
export type RefusedRequests = Readonly<z.infer<typeof Refused>>;

/** Reports of gateways for the audit. */
export const auditCommands = commands('audit', {
  /** Requests that were refused for their caller since the report before. */
  RecordRefusals: answered(
    {
      refused: z
        .array(Refused)
        .min(1)
        .max(REFUSALS_A_MESSAGE + 1),
    },
    Done,
  ),
});
