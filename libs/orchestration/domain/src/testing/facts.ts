import { ArtifactId, ExecutionId, NO_USAGE, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { workflowExecution, type RecordedPhase } from '@syntropic/orchestration/contracts';
import { WorkflowExecution } from '../workflow-execution/aggregate';

export const { events } = workflowExecution;
export const { given } = specificationOf(WorkflowExecution);

/** Whole events of an execution with the phases `plan` and `build`, parsed by the contract. */
export const ids = { executionId: ExecutionId.parse('exec-0123456789ab'), workflowId: WorkflowId.parse('review') };
export const RUNNER = 'runner-1';

/** A session of a phase. Its id derives from execution, phase and attempt. */
const sessionOf = (phase: string, sessionId: string, attempt: number) =>
  ({ ...ids, phaseId: PhaseId.parse(phase), sessionId: SessionId.parse(sessionId), attempt, leg: 1 }) as const;
export const planning = sessionOf('plan', 'c565200a-61d6-5b20-8010-fcfd99591281', 1);
export const planningAgain = sessionOf('plan', '43a08e7b-8d94-52a7-a1df-8870f5da2dc1', 2);
export const building = sessionOf('build', '18fdefcc-8cb4-5ad3-a244-8b510c410d78', 1);
export const buildingAgain = sessionOf('build', 'b26fc0a9-a2a5-5242-86c0-661b224bc023', 2);
type Session = Readonly<Omit<typeof planning, 'leg'> & { leg: number }>;
export const secondLegOf = (session: Session): Session => ({ ...session, leg: 2 });

/** The fields by which commands of a session name it. */
export const from = ({ executionId, phaseId, sessionId }: Session) => ({ executionId, phaseId, sessionId });

type PhaseOptions = Readonly<Partial<Pick<RecordedPhase, 'executionType' | 'retries' | 'agent'>>>;
const phase = (phaseId: PhaseId, order: number, options: PhaseOptions) =>
  ({
    phaseId,
    name: phaseId.toUpperCase(),
    order,
    agent: { provider: 'simulated', isolation: 'sandbox' },
    ...options,
  }) as const;

export const started = (plan: PhaseOptions = {}, build: PhaseOptions = {}) =>
  event(events.ExecutionStarted, {
    ...ids,
    workflowName: 'Review',
    templateVersion: 1,
    inputs: {},
    repos: [],
    phases: [phase(planning.phaseId, 1, plan), phase(building.phaseId, 2, build)],
  });
export const queued = (session: Session, parkedOn?: string) =>
  event(events.PhaseQueued, { ...session, provider: 'simulated', isolation: 'sandbox', parkedOn });
export const begun = (session: Session) => {
  const [phaseName, phaseOrder] = session.phaseId === planning.phaseId ? ['PLAN', 1] : ['BUILD', 2];
  return event(events.PhaseStarted, { ...session, phaseName, phaseOrder, runner: RUNNER, provider: 'simulated' });
};
export const held = event(events.PhaseHeld, { ...planning, yieldPoint: 'after_tool' });
export const paused = event(events.ExecutionPaused, { ...ids, yieldPoint: 'after_tool', phaseId: planning.phaseId });
export const pausedBeforePhase = event(events.ExecutionPaused, { ...ids, yieldPoint: 'before_phase' });
export const resumed = event(events.ExecutionResumed, ids);

const sha256 = '0'.repeat(64);
const artifactId = ArtifactId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11');
export const usage = { ...NO_USAGE, costUsd: '0.5', turns: 3, toolCalls: 2, durationMs: 1_000 };
/** The account of an attempt that has left one file. */
export const account = {
  model: 'small',
  usage,
  artifacts: [{ artifactId, path: 'plan.md', sha256, sizeBytes: 7, uri: `sha256:${sha256}` }],
};
const nothing = { usage: NO_USAGE, completedPhases: 0, totalPhases: 2, artifactIds: [] };
/** The sums of an execution in which no attempt has ended, or one with the account. */
export const sums = { none: nothing, one: { ...nothing, usage, artifactIds: [artifactId] } } as const;

export const interrupted = event(events.ExecutionInterrupted, {
  ...planning,
  ...sums.none,
  why: 'lease_lost',
  sessions: [{ sessionId: planning.sessionId, leg: 1 }],
});
