import { EventAppender } from '@syntropic/event-store';
import { ExecutionId, NO_USAGE, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import type { ExecutionEvent } from '@syntropic/orchestration/contracts';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

export type LargeLog = Readonly<{ executions: number; promptBytes: number }>;

const workflowId = WorkflowId.parse('large-prompts');
const phaseId = PhaseId.parse('work');

/** Appends ended executions whose prompts are large, as no request could start them today. Resolves with their ids. */
export async function appendLargeLog(pool: Pool, { executions, promptBytes }: LargeLog): Promise<readonly string[]> {
  const appender = new EventAppender(pool);
  const ids: string[] = [];
  for (let number = 0; number < executions; number++) {
    const executionId = ExecutionId.parse(`exec-${randomBytes(6).toString('hex')}`);
    await append(appender, executionId, eventsOf(executionId, prompt(number, promptBytes)));
    ids.push(executionId);
  }
  return ids;
}

/** Every second prompt cannot be compressed: the store keeps both kinds in different ways. */
const prompt = (number: number, bytes: number): string =>
  number % 2 === 0 ? 'word '.repeat(bytes / 5) : randomBytes((bytes * 3) / 4).toString('base64');

async function append(appender: EventAppender, executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
  const id = randomUUID();
  const outcome = await appender.append({
    stream: `execution-${executionId}`,
    expected: 0,
    events,
    context: {
      commandId: id,
      correlationId: id,
      causationId: id,
      actor: { kind: 'service', id: 'large-log' },
      bodyHash: id,
      executionId,
    },
  });
  if (outcome.is !== 'appended') throw new Error(`${executionId} was not appended: ${outcome.is}`);
}

function eventsOf(executionId: ExecutionId, promptTemplate: string): readonly ExecutionEvent[] {
  const inExecution = { executionId, workflowId };
  const inSession = { ...inExecution, phaseId, sessionId: SessionId.parse(randomUUID()), attempt: 1, leg: 1 };
  const agent = { provider: 'simulated', turns: 1, toolsPerTurn: 1, delayMs: 0, lineBytes: 0, fail: false } as const;
  const phase = {
    phaseId,
    name: 'Work',
    order: 1,
    executionType: 'sequential',
    inputArtifactTypes: [],
    outputArtifactTypes: [],
    promptTemplate,
    timeoutSeconds: 300,
    allowedTools: [],
    retries: { max: 0, backoffSeconds: 0 },
    agent: { ...agent, isolation: 'sandbox' },
  } as const;
  const settled = { usage: NO_USAGE, artifacts: [] };
  const summary = { usage: NO_USAGE, completedPhases: 1, totalPhases: 1, artifactIds: [] };

  return [
    {
      type: 'ExecutionStarted',
      data: { ...inExecution, workflowName: 'Large prompts', inputs: {}, repos: [], phases: [phase] },
    },
    { type: 'PhaseQueued', data: { ...inSession, provider: 'simulated', isolation: 'sandbox' } },
    {
      type: 'PhaseStarted',
      data: { ...inSession, phaseName: 'Work', phaseOrder: 1, runner: 'runner-gone', provider: 'simulated' },
    },
    { type: 'PhaseCompleted', data: { ...inSession, ...settled } },
    { type: 'ExecutionCompleted', data: { ...inExecution, ...summary } },
  ];
}
