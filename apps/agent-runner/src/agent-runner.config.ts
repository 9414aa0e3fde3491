import { env } from '@syntropic/config';
import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

const flag = z
  .enum(['0', '1', 'false', 'true'])
  .default('0')
  .transform((value) => value === '1' || value === 'true');
const seconds = (fallback: number) =>
  z.coerce
    .number()
    .min(0)
    .default(fallback)
    .transform((value) => value * 1_000);

export const config = env(
  z.object({
    ...serviceVariables,
    /** Workspaces, spools and this runner's name are kept here. */
    RUNNER_DIR: z.string().min(1),
    /** Where artifacts' bytes are stored. */
    OBJECTS_DIR: z.string().min(1),
    /** Sessions at the same time. */
    RUNNER_SLOTS: z.coerce.number().int().min(1).default(16),
    SYN_RECORDINGS_DIR: z.string().optional(),
    /** Allows the backend without isolation. */
    SYN_ALLOW_PROCESS: flag,
    /** Allows `file://` repositories of this machine: for demonstrations and tests. */
    SYN_LOCAL_REPOS: flag,
    /** How long a paused agent is kept in memory before it is ended and its workspace parked. */
    PAUSE_HOLD_SECONDS: seconds(600),
    /** How long a cancelled agent has after SIGINT, and again after SIGTERM. */
    CANCEL_GRACE_SECONDS: seconds(5),
  }),
);
