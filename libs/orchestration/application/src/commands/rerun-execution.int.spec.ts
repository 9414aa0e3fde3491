import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { aggregatesToken, EventStoreModule } from '@syntropic/event-store';
import {
  DomainError,
  ExecutionId,
  NO_USAGE,
  PhaseId,
  WorkflowId,
  type Aggregates,
  type CommandContext,
  type Outcome,
} from '@syntropic/kernel';
import {
  GITHUB_COM,
  GithubServer,
  work,
  WorkflowDefinition,
  workflowExecution,
  type ExecutionEvent,
  type WorkflowEvent,
} from '@syntropic/orchestration/contracts';
import { WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { WorkQueue } from '@syntropic/work';
import { randomUUID } from 'node:crypto';
import { Runners } from '../ports/runners';
import { ClaimWorkHandler } from './claim-work.handler';
import { ListInputsHandler } from './list-inputs.handler';
import { RerunExecutionHandler } from './rerun-execution.handler';
import { StartExecutionHandler } from './start-execution.handler';

const database = useDatabase();
const { CompletePhase, FailPhase, InterruptPhase, RerunExecution, StartExecution } = workflowExecution.commands;

let pool: ReturnType<typeof createPool>;
let app: Awaited<ReturnType<typeof start>>;
let executions: Aggregates<WorkflowExecution, ExecutionEvent>;
let templates: Aggregates<WorkflowTemplate, WorkflowEvent>;

beforeAll(async () => {
  pool = createPool(database.urlAs('syn_command_service'));
  app = await start();
  executions = app.get(aggregatesToken(WorkflowExecution));
  templates = app.get(aggregatesToken(WorkflowTemplate));
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
      RerunExecutionHandler,
      StartExecutionHandler,
      { provide: WorkQueue, useFactory: () => new WorkQueue(pool, { hint: () => undefined, wake: () => undefined }) },
      { provide: Runners, useValue: { capabilities: () => Promise.resolve(() => true) } satisfies Runners },
      { provide: GithubServer, useValue: GITHUB_COM },
    ],
  })
  class OrchestrationModule {}
  return NestFactory.createApplicationContext(OrchestrationModule, { logger: false });
}

const contextOf = (): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: '',
});
const anExecution = () => ExecutionId.parse(`exec-${randomUUID().slice(-12)}`);
const [plan, build] = [PhaseId.parse('plan'), PhaseId.parse('build')] as const;

async function createdWorkflow(): Promise<WorkflowId> {
  const workflowId = WorkflowId.parse(`w-${randomUUID()}`);
  const agent = { provider: 'simulated' };
  const definition = WorkflowDefinition.parse({
    name: 'Review',
    requiresRepos: false,
    phases: [
      { phaseId: plan, name: 'Plan', order: 1, agent, promptTemplate: 'Plan.' },
      { phaseId: build, name: 'Build', order: 2, agent, promptTemplate: 'as started' },
    ],
  });
  await templates.update(workflowId, contextOf(), () => [
    { type: 'WorkflowCreated', data: { workflowId, ...definition } },
  ]);
  return workflowId;
}

const artifactId = randomUUID();
const sha256 = '0'.repeat(64);
const file = { artifactId, path: 'plan.md', sha256, sizeBytes: 7, uri: `sha256:${sha256}` };

/** An execution whose first phase is done, and whose second one ends in this way. */
async function source(workflowId: WorkflowId, end: 'failed' | 'interrupted'): Promise<ExecutionId> {
  const executionId = anExecution();
  const data = StartExecution.schema.parse({ executionId, workflowId });
  await app.get(StartExecutionHandler).execute({ message: StartExecution, data, context: contextOf() });
  await decide(executionId, plan, 'StartPhase', { runner: 'r1', leg: 1 });
  await decide(
    executionId,
    plan,
    'CompletePhase',
    CompletePhase.schema.parse({ ...(await of(executionId, plan)), usage: NO_USAGE, artifacts: [file] }),
  );
  await decide(executionId, build, 'StartPhase', { runner: 'r1', leg: 1 });
  const session = await of(executionId, build);
  if (end === 'interrupted') {
    await decide(executionId, build, 'InterruptPhase', InterruptPhase.schema.parse({ ...session, why: 'lease_lost' }));
  } else {
    const fault = { usage: NO_USAGE, error: 'exit 1', errorType: 'agent_failed' };
    await decide(executionId, build, 'FailPhase', FailPhase.schema.parse({ ...session, ...fault }));
  }
  return executionId;
}

async function of(executionId: ExecutionId, phaseId: PhaseId) {
  const { state } = await executions.load(executionId);
  const phases = state.status === 'not_started' ? [] : state.phases;
  const sessionId = phases.find(({ definition }) => definition.phaseId === phaseId)?.sessionId;
  return { executionId, phaseId, sessionId };
}

type Decide = (state: WorkflowExecution, data: object) => readonly ExecutionEvent[];

async function decide(executionId: ExecutionId, phaseId: PhaseId, name: string, data: object): Promise<Outcome> {
  const decision = WorkflowExecution.decisions[name] as Decide;
  const session = await of(executionId, phaseId);
  return executions.update(executionId, contextOf(), (state) => decision(state, { ...session, ...data }));
}

const rerun = (sourceId: ExecutionId, executionId: ExecutionId, context = contextOf()) =>
  app
    .get(RerunExecutionHandler)
    .execute({ message: RerunExecution, data: RerunExecution.schema.parse({ executionId, sourceId }), context });

async function recorded(executionId: ExecutionId) {
  const { rows } = await pool.query<{ type: string; position: number }>(
    'select type, position from log.events where stream_id = $1 order by position',
    [`execution-${executionId}`],
  );
  return rows;
}
const typesOf = async (executionId: ExecutionId) => (await recorded(executionId)).map(({ type }) => type);

describe('a rerun', () => {
  it('is one append of a new stream, once for each command, and changes nothing in the source', async () => {
    const workflowId = await createdWorkflow();
    const from = await source(workflowId, 'failed');
    const before = await recorded(from);
    const [executionId, context] = [anExecution(), contextOf()];

    const outcomes = [await rerun(from, executionId, context), await rerun(from, executionId, context)];

    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(await typesOf(executionId)).toEqual(['ExecutionStarted', 'PhasesTakenOver', 'PhaseQueued']);
    expect(await recorded(from)).toEqual(before);
  });

  it('runs the template as of the start of its source, changed and archived since, with the files of the source', async () => {
    const workflowId = await createdWorkflow();
    const from = await source(workflowId, 'failed');
    await templates.update(workflowId, contextOf(), () => [
      { type: 'WorkflowPhaseUpdated', data: { workflowId, phaseId: build, promptTemplate: 'as changed' } },
      { type: 'WorkflowArchived', data: { workflowId } },
    ]);
    const executionId = anExecution();
    await rerun(from, executionId);
    const session = await of(executionId, build);
    await app.get(WorkQueue).enqueue(
      {
        ...session,
        workflowId,
        sessionId: session.sessionId ?? '',
        attempt: 1,
        leg: 1,
        backend: 'sandbox',
        provider: 'simulated',
      },
      1,
    );

    const data = { runner: 'r1', backends: ['sandbox'], providers: ['simulated'] };
    const { order } = await app.get(ClaimWorkHandler).execute({ message: work.ClaimWork, data, context: contextOf() });

    const { path, uri } = file;
    expect(order).toMatchObject({
      executionId,
      promptTemplate: 'as started',
      earlier: [{ phaseId: 'plan', artifacts: [{ path, uri }] }],
    });
    const page = { executionId, phaseId: plan, skip: 0 };
    const lease = { sessionId: session.sessionId ?? '', token: order?.token ?? 0 };
    const listed = await app
      .get(ListInputsHandler)
      .execute({ message: work.ListInputs, data: page, context: { ...contextOf(), lease } });
    expect(listed.artifacts).toEqual([{ path, uri }]);
  });

  it('of an interrupted execution is refused once that one was retried', async () => {
    const workflowId = await createdWorkflow();
    for (let round = 0; round < 10; round++) {
      const from = await source(workflowId, 'interrupted');
      const executionId = anExecution();
      const [rerunning] = await Promise.allSettled([
        rerun(from, executionId),
        decide(from, build, 'RetryExecution', {}),
      ]);

      const retried = (await recorded(from)).find(({ type }) => type === 'ExecutionRetried');
      const [started] = await recorded(executionId);
      if (rerunning.status === 'fulfilled') {
        expect(started?.position).toBeLessThan(retried?.position ?? 0);
      } else {
        expect(rerunning.reason).toBeInstanceOf(DomainError);
        expect(rerunning.reason).toMatchObject({ code: 'execution.has_not_ended', details: { state: 'running' } });
        expect(started).toBeUndefined();
      }
    }
  });
});
