import { BudgetLedger } from '@syntropic/budgets';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventAppender, EventStoreModule } from '@syntropic/event-store';
import { ExecutionId, WorkflowId, type CommandContext, type Event } from '@syntropic/kernel';
import { budget, workflowExecution } from '@syntropic/orchestration/contracts';
import { WorkflowExecution } from '@syntropic/orchestration/domain';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { ChangeBudgetHandler, ReserveBudgetHandler, SettleCallHandler, SettleSessionHandler } from './budget.handlers';

const { ReserveBudget, SettleCall, SettleSession } = budget;
const { ChangeBudget } = workflowExecution.commands;
const database = useDatabase();
const workflowId = WorkflowId.parse('review');

let pool: ReturnType<typeof createPool>;
let app: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  pool = createPool(database.urlAs('syn_command_service'));
  app = await start();
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
    ],
    providers: [
      ChangeBudgetHandler,
      ReserveBudgetHandler,
      SettleCallHandler,
      SettleSessionHandler,
      { provide: BudgetLedger, useFactory: () => new BudgetLedger(pool) },
    ],
  })
  class BudgetModule {}
  return NestFactory.createApplicationContext(BudgetModule, { logger: false });
}

const contextOf = (about: Partial<CommandContext> = {}): CommandContext => ({
  ...{ commandId: randomUUID(), correlationId: randomUUID(), causationId: randomUUID(), bodyHash: '' },
  actor: { kind: 'service', id: 'r1' },
  ...about,
});

/** A running session of an execution with this budget: in the log, in the queue, and in the ledger. */
class Budgeted {
  readonly executionId = ExecutionId.parse(`exec-${randomUUID().slice(-12)}`);
  readonly lease = { sessionId: randomUUID(), token: 1 };

  static async of(limit: string, onExceeded: 'pause' | 'cancel'): Promise<Budgeted> {
    const budgeted = new Budgeted();
    await budgeted.#record({ kind: 'usd', limit, onExceeded });
    return budgeted;
  }

  async #record(limit: Readonly<{ kind: 'usd'; limit: string; onExceeded: string }>): Promise<void> {
    const { executionId } = this;
    const { sessionId } = this.lease;
    const ids = { executionId, workflowId, isBudgeted: true };
    const session = { ...ids, phaseId: 'plan', sessionId, attempt: 1, leg: 1 };
    const agent = { provider: 'simulated', isolation: 'sandbox' };
    const phase = { phaseId: 'plan', name: 'plan', order: 1, executionType: 'sequential', agent };
    const phases = [{ ...phase, retries: { max: 0, backoffSeconds: 0 } }];
    const begun = { workflowName: 'Review', templateVersion: 1, inputs: {}, repos: [], phases, budget: [limit] };
    const events: readonly Event[] = [
      { type: 'ExecutionStarted', data: { executionId, workflowId, ...begun } },
      { type: 'PhaseQueued', data: { ...session, ...agent } },
      {
        type: 'PhaseStarted',
        data: { ...session, phaseName: 'plan', phaseOrder: 1, runner: 'r1', provider: 'simulated' },
      },
    ];
    const context = contextOf({ executionId });
    await app.get(EventAppender).append({ stream: `execution-${executionId}`, expected: 0, events, context });
    await app.get(BudgetLedger).setLimits(executionId, [limit], 1);
    await database.pool.query(
      `insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, as_of,
                             state, token, runner, expires_at)
       values ($1, $2, 'review', 'plan', 1, 1, 'sandbox', 'simulated', 1, 'leased', 1, 'r1', now() + interval '1 hour')`,
      [sessionId, executionId],
    );
  }

  reserve(more: object = {}, about: Partial<CommandContext> = {}) {
    const call = { callId: randomUUID(), model: 'haiku', inputTokens: 1_000, inputUsd: '0.001', outputPrice: '5' };
    const data = ReserveBudget.schema.parse({ executionId: this.executionId, ...call, ...more });
    return app.get(ReserveBudgetHandler).execute({ message: ReserveBudget, data, context: this.#context(about) });
  }

  settle(usd: string | undefined, about: Partial<CommandContext> = {}) {
    const used = { callId: randomUUID(), model: 'gpt-9', tokens: 10, outputTokens: 5, usd };
    const data = SettleCall.schema.parse({ executionId: this.executionId, ...used });
    return app.get(SettleCallHandler).execute({ message: SettleCall, data, context: this.#context(about) });
  }

  report(usd: string) {
    const data = SettleSession.schema.parse({ executionId: this.executionId, sequence: 1, tokens: 10, usd });
    return app.get(SettleSessionHandler).execute({ message: SettleSession, data, context: this.#context() });
  }

  change(limit: string | null) {
    const data = ChangeBudget.schema.parse({ executionId: this.executionId, limits: [{ kind: 'usd', limit }] });
    return app.get(ChangeBudgetHandler).execute({ message: ChangeBudget, data, context: contextOf() });
  }

  /** The events after the start of the phase. */
  async recorded(): Promise<readonly unknown[]> {
    const { rows } = await pool.query<{ type: string; data: object }>(
      'select type, data from log.events where stream_id = $1 order by position offset 3',
      [`execution-${this.executionId}`],
    );
    return rows.map(({ type, data: { ...fields } }) => ({ type, ...fields }));
  }

  #context(about: Partial<CommandContext> = {}): CommandContext {
    return contextOf({ lease: this.lease, executionId: this.executionId, ...about });
  }
}

const pauses = [{ type: 'BudgetExceeded' }, { type: 'ExecutionPauseRequested' }];

describe('reserving', () => {
  it('is granted while there is room, and pauses the execution when there is none', async () => {
    const soft = await Budgeted.of('0.03', 'pause');
    await expect(soft.reserve({ callId: '6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11' })).resolves.toEqual({
      verdict: 'granted',
    });
    await expect(soft.reserve()).resolves.toEqual({ verdict: 'wait' });
    await expect(soft.recorded()).resolves.toEqual([]);

    const tight = await Budgeted.of('0.02', 'pause');
    await expect(tight.reserve()).resolves.toEqual({ verdict: 'paused' });
    await expect(tight.reserve()).resolves.toEqual({ verdict: 'paused' });
    await expect(tight.recorded()).resolves.toMatchObject([
      {
        type: 'BudgetExceeded',
        kind: 'usd',
        limit: '0.02',
        spent: '0',
        reserved: '0',
        needed: '0.021',
        cause: 'reserved',
      },
      { type: 'ExecutionPauseRequested', reason: expect.stringContaining('0.021 needed') as string },
    ]);
  });

  it('is refused where the limit is hard, and for a model without a price', async () => {
    const hard = await Budgeted.of('0.02', 'cancel');
    await expect(hard.reserve()).resolves.toMatchObject({ verdict: 'refused' });
    await expect(hard.recorded()).resolves.toMatchObject([
      { type: 'BudgetExceeded', onExceeded: 'cancel' },
      { type: 'ExecutionCancelRequested' },
    ]);

    const soft = await Budgeted.of('1', 'pause');
    await expect(soft.reserve({ model: 'gpt-9', inputUsd: undefined, outputPrice: undefined })).resolves.toEqual({
      verdict: 'refused',
      why: 'the budget of 1 usd cannot be held: gpt-9 has no known price',
    });
    await expect(soft.recorded()).resolves.toEqual([]);
  });

  it('is refused without the lease', async () => {
    const soft = await Budgeted.of('1', 'pause');
    const other = { sessionId: soft.lease.sessionId, token: 2 };
    await expect(soft.reserve({}, { lease: other })).rejects.toMatchObject({ code: 'work.lease_lost' });
  });

  it('waits while the ledger does not know of a change', async () => {
    const soft = await Budgeted.of('0.02', 'pause');
    await soft.change('9');
    await expect(soft.reserve()).resolves.toEqual({ verdict: 'wait' });
    await app.get(BudgetLedger).setLimits(soft.executionId, [{ kind: 'usd', limit: '9' }], 2);
    await expect(soft.reserve()).resolves.toEqual({ verdict: 'granted' });
    await expect(soft.recorded()).resolves.toMatchObject([{ type: 'BudgetChanged' }]);
  });
});

describe('settling', () => {
  it('of a call or a session that reaches the limit pauses the execution once, also when it comes again', async () => {
    const [calls, sessions] = [await Budgeted.of('0.5', 'pause'), await Budgeted.of('0.5', 'pause')];
    await expect(calls.settle('0.4')).resolves.toEqual({ isExceeded: false });
    const commandId = randomUUID();
    await expect(calls.settle('0.2', { commandId })).resolves.toEqual({ isExceeded: true });
    await calls.settle('0.2', { commandId });
    await expect(calls.recorded()).resolves.toMatchObject(pauses);

    await expect(sessions.report('0.7')).resolves.toEqual({ isExceeded: true });
    await expect(sessions.recorded()).resolves.toMatchObject(pauses);
  });

  it('counts after the lease was lost as well', async () => {
    const late = await Budgeted.of('0.5', 'pause');
    await database.pool.query(
      `update ops.work set state = 'closed', closed_at = now(), token = token + 1, expires_at = null where session_id = $1`,
      [late.lease.sessionId],
    );
    await expect(late.settle('0.6')).resolves.toEqual({ isExceeded: true });
    await expect(late.recorded()).resolves.toMatchObject(pauses);
  });

  it('of a call without a price says that dollars cannot be counted', async () => {
    const soft = await Budgeted.of('0.5', 'pause');
    await soft.settle(undefined);
    await expect(soft.recorded()).resolves.toMatchObject([{ cause: 'unpriced', model: 'gpt-9' }, {}]);
  });
});

describe('changing', () => {
  it('knows what was spent', async () => {
    const soft = await Budgeted.of('0.5', 'pause');
    await soft.settle('0.4');
    await expect(soft.change('0.3')).rejects.toMatchObject({ code: 'execution.budget_below_spent' });
    await soft.change('0.45');
    await expect(soft.recorded()).resolves.toMatchObject([{ type: 'BudgetChanged' }]);
  });
});
