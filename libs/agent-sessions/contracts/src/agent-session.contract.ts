import {
  byLeaseHolder,
  contract,
  ExecutionId,
  PhaseId,
  ProducedFile,
  SessionId,
  Usage,
  WorkflowId,
  type CommandsOf,
  type EventOf,
  type EventsOf,
} from '@syntropic/kernel';
import { z } from 'zod';

const started = {
  sessionId: SessionId,
  workflowId: WorkflowId,
  executionId: ExecutionId,
  phaseId: PhaseId,
  provider: z.string().min(1),
  model: z.string().optional(),
  repos: z.array(z.string()).default([]),
};

const completed = {
  sessionId: SessionId,
  executionId: ExecutionId,
  status: z.enum(['completed', 'failed', 'cancelled']),
  error: z.string().optional(),
  errorType: z.string().optional(),
  /** The model that the agent began with; absent for a plain program. */
  model: z.string().optional(),
  usage: Usage,
  artifacts: z.array(ProducedFile).default([]),
  /** Telemetry events that the session produced: a live stream waits for them before it ends. */
  telemetryEvents: z.number().int().nonnegative().default(0),
  /** The location of the agent's whole output in object storage. */
  transcriptUri: z.string().optional(),
};

/** One conversation with one agent: an attempt of a phase. */
export const agentSession = contract('agent-sessions', 'session', {
  key: 'sessionId',
  commands: { StartSession: byLeaseHolder(started), CompleteSession: byLeaseHolder(completed) },
  events: {
    SessionStarted: started,
    SessionCompleted: { ...completed, workflowId: WorkflowId, phaseId: PhaseId },
  },
  refusals: {
    not_found: ['not_found', 'There is no such session'],
    already_completed: ['conflict', 'The session has ended'],
  },
});

export type SessionCommands = CommandsOf<typeof agentSession>;
export type SessionEvents = EventsOf<typeof agentSession>;
export type SessionEvent = EventOf<typeof agentSession>;
