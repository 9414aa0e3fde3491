import {
  byLeaseHolder,
  byPlatform,
  contract,
  ErrorText,
  ExecutionId,
  KeptSession,
  Location,
  MAX_FILES,
  MAX_REPOS,
  PhaseId,
  ProducedFile,
  RecordedFile,
  RecordedKeptSession,
  ReportedUsage,
  SessionId,
  ShortName,
  Usage,
  UsageCosts,
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
  artifacts: z.array(RecordedFile).default([]),
  /** Telemetry events that the session produced: a live stream waits for them before it ends. */
  telemetryEvents: z.number().int().nonnegative().default(0),
  /** The location of the agent's whole output in object storage. */
  transcriptUri: z.string().optional(),
  /** Present when its agent keeps sessions. */
  kept: RecordedKeptSession.optional(),
};

/** One conversation with one agent: an attempt of a phase. */
export const agentSession = contract('agent-sessions', 'session', {
  key: 'sessionId',
  commands: {
    StartSession: byLeaseHolder({
      ...started,
      provider: ShortName,
      model: ShortName.optional(),
      repos: z.array(Location).max(MAX_REPOS).default([]),
    }),
    CompleteSession: byLeaseHolder({
      ...completed,
      error: ErrorText.optional(),
      errorType: ShortName.optional(),
      model: ShortName.optional(),
      usage: ReportedUsage,
      artifacts: z.array(ProducedFile).max(MAX_FILES).default([]),
      transcriptUri: Location.optional(),
      kept: KeptSession.optional(),
    }),
    RepriceSession: byPlatform({
      sessionId: SessionId,
      executionId: ExecutionId,
      priceTable: ShortName,
      /** What telemetry has of the session, at the costs of the table. */
      usage: ReportedUsage.pick({ byModel: true, costUsd: true, costComplete: true }),
    }),
  },
  events: {
    SessionStarted: started,
    SessionCompleted: { ...completed, workflowId: WorkflowId, phaseId: PhaseId },
    SessionRepriced: {
      sessionId: SessionId,
      executionId: ExecutionId,
      workflowId: WorkflowId,
      phaseId: PhaseId,
      /** The version of the price table that has made the costs. */
      priceTable: z.string(),
      before: UsageCosts,
      after: UsageCosts,
    },
  },
  refusals: {
    not_found: ['not_found', 'There is no such session'],
    already_completed: ['conflict', 'The session has ended'],
    not_completed: ['conflict', 'The session has not ended'],
    other_usage: ['conflict', 'The session has recorded other tokens'],
  },
});

export type SessionCommands = CommandsOf<typeof agentSession>;
export type SessionEvents = EventsOf<typeof agentSession>;
export type SessionEvent = EventOf<typeof agentSession>;
