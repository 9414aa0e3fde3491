import { flag } from '@syntropic/config';
import { objectVariables, withObjects } from '@syntropic/object-storage';
import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

const seconds = (fallback: number) =>
  z.coerce
    .number()
    .min(0)
    .default(fallback)
    .transform((value) => value * 1_000);

export const variables = withObjects(
  z.object({
    ...serviceVariables,
    /** Workspaces, spools and this runner's name are kept here. */
    RUNNER_DIR: z.string().min(1),
    ...objectVariables,
    /** Sessions at the same time. */
    RUNNER_SLOTS: z.coerce.number().int().min(1).default(16),
    SYN_RECORDINGS_DIR: z.string().optional(),
    /** Allows the backend without isolation. */
    SYN_ALLOW_PROCESS: flag('0'),
    /** Allows `file://` repositories of this machine: for demonstrations and tests. */
    SYN_LOCAL_REPOS: flag('0'),
    /** How long a paused agent is kept in memory before it is ended and its workspace parked. */
    PAUSE_HOLD_SECONDS: seconds(600),
    /** How long a cancelled agent has after SIGINT, and again after SIGTERM. */
    CANCEL_GRACE_SECONDS: seconds(5),
  }),
);
