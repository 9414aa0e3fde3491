import {
  byLeaseHolder,
  contract,
  ExecutionId,
  PhaseId,
  SessionId,
  ShortName,
  WorkspaceId,
  type CommandsOf,
  type EventOf,
} from '@syntropic/kernel';
import { z } from 'zod';

const created = {
  workspaceId: WorkspaceId,
  executionId: ExecutionId,
  phaseId: PhaseId,
  sessionId: SessionId,
  backend: z.string().min(1),
  runner: z.string().min(1),
  /** Milliseconds that its creation took. */
  durationMs: z.number().int().nonnegative(),
};

const terminated = {
  workspaceId: WorkspaceId,
  executionId: ExecutionId,
  why: z.enum(['completed', 'failed', 'cancelled', 'parked', 'interrupted']),
};

/** The directory and processes of one agent. A runner sends `CreateWorkspace` once they exist. */
export const workspace = contract('orchestration', 'workspace', {
  key: 'workspaceId',
  commands: {
    CreateWorkspace: byLeaseHolder({ ...created, backend: ShortName, runner: ShortName }),
    TerminateWorkspace: byLeaseHolder(terminated),
  },
  events: { WorkspaceCreated: created, WorkspaceTerminated: terminated },
  refusals: {
    not_found: ['not_found', 'There is no such workspace'],
    already_exists: ['conflict', 'The workspace exists'],
  },
});

export type WorkspaceCommands = CommandsOf<typeof workspace>;
export type WorkspaceEvent = EventOf<typeof workspace>;
