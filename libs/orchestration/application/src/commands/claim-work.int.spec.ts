import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventAppender, EventStoreModule } from '@syntropic/event-store';
import {
  derivedUuid,
  ExecutionId,
  jsonBytes,
  NO_USAGE,
  PhaseId,
  WorkflowId,
  type CommandContext,
  type Event,
} from '@syntropic/kernel';
import { MAX_ORDER_BYTES, work, WorkflowDefinition } from '@syntropic/orchestration/contracts';
import { WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { WorkQueue } from '@syntropic/work';
import { randomUUID } from 'node:crypto';
import { ClaimWorkHandler } from './claim-work.handler';
import { ListInputsHandler } from './list-inputs.handler';

const database = useDatabase();
const workflowId = WorkflowId.parse('review');
const capabilities = { runner: 'r1', backends: ['sandbox'], providers: ['simulated'] };

let pool: ReturnType<typeof createPool>;
let app: Awaited<ReturnType<typeof start>>;
let executionId: ExecutionId;

beforeAll(async () => {
  pool = createPool(database.urlAs('syn_command_service'));
  app = await start();
});
beforeEach(() => {
  executionId = ExecutionId.parse(`exec-${randomUUID().slice(-12)}`);
});
afterAll(async () => {
  await app.close();
  await pool.end();
});

async function start() {
  @Module({
    imports: [
      EventStoreModule.forRoot({ useFactory: () => ({ pool }) }),
      EventStoreModule.forFeature(WorkflowExecution),
      EventStoreModule.forFeature(WorkflowTemplate),
    ],
    providers: [
      ClaimWorkHandler,
      ListInputsHandler,
      { provide: WorkQueue, useFactory: () => new WorkQueue(pool, { hint: () => undefined, wake: () => undefined }) },
    ],
  })
  class OrchestrationModule {}
  return NestFactory.createApplicationContext(OrchestrationModule, { logger: false });
}

const contextOf = (about: Partial<CommandContext> = {}): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'service', id: 'r1' },
  bodyHash: '',
  ...about,
});

/** Records these events, and queues the work of the last phase. */
async function record(events: readonly Event[], phaseId: string): Promise<void> {
  const append = { stream: `execution-${executionId}`, expected: 0, events, context: contextOf({ executionId }) };
  await app.get(EventAppender).append(append);
  const { sessionId } = sessionOf(phaseId);
  const described = { executionId, workflowId, phaseId, sessionId, attempt: 1, leg: 1 };
  await app.get(WorkQueue).enqueue({ ...described, backend: 'sandbox', provider: 'simulated' }, 1);
}

const NAMESPACE = '00000000-0000-4000-8000-000000000000';

const sessionOf = (phaseId: string) => ({
  executionId,
  workflowId,
  phaseId,
  sessionId: derivedUuid(NAMESPACE, executionId, phaseId),
  attempt: 1,
  leg: 1,
});

const agent = { provider: 'simulated', isolation: 'sandbox', turns: 1, toolsPerTurn: 1, delayMs: 1, lineBytes: 0 };
const definition = (phaseId: string, index: number) => ({
  phaseId,
  name: phaseId,
  order: index + 1,
  executionType: 'sequential',
  agent: { ...agent, fail: false },
  inputArtifactTypes: [],
  outputArtifactTypes: [],
  allowedTools: [],
  timeoutSeconds: 60,
  retries: { max: 0, backoffSeconds: 0 },
});
const started = (phases: readonly string[], more: object = {}): Event => ({
  type: 'ExecutionStarted',
  data: {
    executionId,
    workflowId,
    workflowName: 'Review',
    inputs: {},
    repos: [],
    phases: phases.map(definition),
    ...more,
  },
});
const queued = (phaseId: string): Event => ({
  type: 'PhaseQueued',
  data: { ...sessionOf(phaseId), provider: 'simulated', isolation: 'sandbox' },
});
const completed = (phaseId: string): Event => ({
  type: 'PhaseCompleted',
  data: { ...sessionOf(phaseId), usage: NO_USAGE, artifacts: filesOf(phaseId) },
});
const filesOf = (phaseId: string) =>
  Array.from({ length: 1_000 }, (_, index) => ({
    artifactId: derivedUuid(NAMESPACE, executionId, phaseId, index),
    path: `${String(index).padStart(4, '0')}-${'x'.repeat(500)}`,
    sha256: '0'.repeat(64),
    sizeBytes: 1,
    uri: `file:${'0'.repeat(64)}`,
  }));

const claim = async () => {
  const context = contextOf();
  return app.get(ClaimWorkHandler).execute({ message: work.ClaimWork, data: capabilities, context });
};
const recorded = async () => {
  const { rows } = await pool.query<{ type: string }>(
    'select type from log.events where stream_id = $1 order by position',
    [`execution-${executionId}`],
  );
  return rows.map(({ type }) => type);
};

describe('a claim', () => {
  it('of the ninth phase is answered in one message, and the files beyond it in pages', async () => {
    const phases = Array.from({ length: 9 }, (_, index) => `phase-${index}`);
    const done = phases.slice(0, -1);
    await record(
      [started(phases), ...done.flatMap((phase) => [queued(phase), completed(phase)]), queued('phase-8')],
      'phase-8',
    );

    const { order } = await claim();

    expect(work.ClaimWork.answer.parse({ order })).toMatchObject({ order: { phaseId: 'phase-8' } });
    expect(jsonBytes({ order })).toBeLessThan(MAX_ORDER_BYTES);
    const data = { executionId, phaseId: PhaseId.parse('phase-7'), skip: 400 };
    const list = (about: Partial<CommandContext>) =>
      app.get(ListInputsHandler).execute({ message: work.ListInputs, data, context: contextOf(about) });
    const { sessionId } = sessionOf('phase-8');
    const page = await list({ lease: { sessionId, token: order?.token ?? 0 } });
    expect(page.artifacts[0]).toEqual({ path: filesOf('phase-7')[400]?.path, uri: `file:${'0'.repeat(64)}` });
    expect(await recorded()).toContain('PhaseStarted');
    await expect(list({})).rejects.toMatchObject({ code: 'work.lease_lost' });
    await expect(list({ lease: { sessionId, token: 1 } })).rejects.toMatchObject({ code: 'work.lease_lost' });
  });

  it('is answered with the template as of the start, whatever it has become', async () => {
    const workflow = `w-${randomUUID()}`;
    const phases = [{ phaseId: 'plan', name: 'Plan', order: 1, agent, promptTemplate: 'as created' }];
    const created = WorkflowDefinition.parse({ name: 'Review', phases });
    const updated = (promptTemplate: string): Event => ({
      type: 'WorkflowPhaseUpdated',
      data: { workflowId: workflow, phaseId: 'plan', promptTemplate },
    });
    await app.get(EventAppender).append({
      stream: `workflow-${workflow}`,
      expected: 0,
      events: [
        { type: 'WorkflowCreated', data: { workflowId: workflow, ...created } },
        updated('as started'),
        updated('as changed'),
        { type: 'WorkflowArchived', data: { workflowId: workflow } },
      ],
      context: contextOf(),
    });
    const { promptTemplate: _, ...plan } = { ...definition('plan', 0), promptTemplate: '' };
    const recordedPhase = {
      ...plan,
      timeoutSeconds: undefined,
      agent: { provider: 'simulated', isolation: 'sandbox' },
    };
    const more = { workflowId: workflow, templateVersion: 2, phases: [recordedPhase] };
    await record([started(['plan'], more), queued('plan')], 'plan');

    const { order } = await claim();

    expect(order).toMatchObject({ promptTemplate: 'as started', timeoutSeconds: 300, agent });
  });

  it('of a phase whose order no message carries fails the phase, and hands out nothing', async () => {
    await record([started(['plan'], { task: 'x'.repeat(1_000_000) }), queued('plan')], 'plan');

    expect(await claim()).toEqual({ order: null });

    expect(await recorded()).toEqual([
      'ExecutionStarted',
      'PhaseQueued',
      'PhaseStarted',
      'PhaseFailed',
      'ExecutionFailed',
    ]);
    expect(await claim()).toEqual({ order: null });
  });
});
