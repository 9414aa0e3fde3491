import { replay } from '@syntropic/kernel';
import {
  budgetOf,
  BudgetDocument,
  workflowExecution,
  type Budget,
  type ExecutionEvent,
} from '@syntropic/orchestration/contracts';
import {
  active,
  begun,
  build,
  cancelled,
  decided,
  done,
  executionId,
  given,
  held,
  history,
  paused,
  plan,
  resumed,
  start,
  stateAfter,
  stoppedBy,
  surroundings,
  template,
  two,
  types,
} from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { changeBudget, exceedBudget } from './budget';
import { startExecution } from './start-execution';
import { resumeExecution } from './user-requests';
import { workOrderOf } from './work-order';

const { ChangeBudget, ExceedBudget, StartExecution } = workflowExecution.commands;

const budget = (document: object): Budget => budgetOf(BudgetDocument.parse(document));
const ids = { executionId, workflowId: start.workflowId, isBudgeted: true } as const;

/** A workflow of one phase with this budget. */
function budgeted(document: object) {
  const { state, version } = template([plan]);
  if (state.status !== 'active') throw new Error('the template is active');
  return { ...active({ ...state.definition, budget: budget(document) }), version };
}

const spent = { usd: '4.5', tokens: '900', wall_seconds: '60' };
const usd = { kind: 'usd', limit: '5', spent: '4.9', reserved: '0.1', needed: '0.2', cause: 'reserved' } as const;
const REASON = 'the budget of 5 US dollars has no room for the next call: 4.9 spent, 0.1 reserved, 0.2 needed';

const exceeded = (about: object = usd) => ExceedBudget.schema.parse({ executionId, ...about });
const change = (...limits: object[]) => ChangeBudget.schema.parse({ executionId, limits });
const exceeds =
  (about: object = usd) =>
  (state: WorkflowExecution) =>
    exceedBudget(state, exceeded(about));
const changes =
  (...limits: object[]) =>
  (state: WorkflowExecution) =>
    changeBudget(state, change(...limits), spent);

describe('an execution with a budget', () => {
  it('records the limits of its workflow, with the dollars of the request', () => {
    const document = { usd: 2, tokens: { limit: 1_000, on_exceeded: 'pause' }, on_exceeded: 'cancel' };
    const limitsOf = (maxBudgetUsd?: string, workflow = budgeted(document)) => {
      const command = StartExecution.schema.parse({ ...start, maxBudgetUsd });
      const [started] = startExecution(WorkflowExecution.initial, command, workflow, surroundings);
      return started?.type === 'ExecutionStarted' ? started.data.budget : undefined;
    };
    const tokens = { kind: 'tokens', limit: '1000', onExceeded: 'pause' };

    expect(limitsOf()).toEqual([{ kind: 'usd', limit: '2', onExceeded: 'cancel' }, tokens]);
    expect(limitsOf('0.5')).toEqual([{ kind: 'usd', limit: '0.5', onExceeded: 'cancel' }, tokens]);
    expect(limitsOf('0.5', two)).toEqual([{ kind: 'usd', limit: '0.5', onExceeded: 'pause' }]);
    expect(limitsOf(undefined, two)).toBeUndefined();
  });

  it('says so in each of its events and in its work orders; one without says nothing', () => {
    const of = (workflow: ReturnType<typeof budgeted>) => {
      const events = history(workflow, begun(plan), paused, held(plan));
      const { sessionId } = events.find((event) => event.type === 'PhaseQueued')?.data ?? { sessionId: '' };
      return { events, order: workOrderOf(stateAfter(events), { phaseId: plan, sessionId }, workflow.state) };
    };
    const [first, ...later] = of(budgeted({ usd: 5 })).events;
    expect(first?.data).toHaveProperty('budget');
    expect(later.map(({ data }) => data.isBudgeted)).toEqual(later.map(() => true));
    expect(of(budgeted({ usd: 5 })).order.isBudgeted).toBe(true);
    expect(of(two).events.filter(({ data }) => 'isBudgeted' in data || 'budget' in data)).toEqual([]);
    expect(of(two).order).not.toHaveProperty('isBudgeted');
  });
});

describe('an exceeded limit', () => {
  const soft = history(budgeted({ usd: 5 }), begun(plan));
  const hard = history(budgeted({ usd: { limit: 5, on_exceeded: 'cancel' } }), begun(plan));

  it('that is soft requests a pause, which says why', () => {
    given(...soft)
      .when(exceedBudget, exceeded())
      .then(
        { type: 'BudgetExceeded', data: { ...ids, ...usd, onExceeded: 'pause' } },
        { type: 'ExecutionPauseRequested', data: { ...ids, reason: REASON } },
      );
    const events = [...soft, ...exceeds()(stateAfter(soft))];
    expect(decided(events, held(plan))).toEqual(['PhaseHeld', 'ExecutionPaused']);
  });

  it('that is hard requests the end, which says why to the last', () => {
    given(...hard)
      .when(exceedBudget, exceeded({ ...usd, cause: 'spent', spent: '5.1' }))
      .then(
        {
          type: 'BudgetExceeded',
          data: { ...ids, ...usd, cause: 'spent', spent: '5.1', onExceeded: 'cancel' },
        },
        {
          type: 'ExecutionCancelRequested',
          data: { ...ids, reason: 'the budget of 5 US dollars is spent: 5.1' },
        },
      );
    const events = [...hard, ...exceeds()(stateAfter(hard))];
    expect(stoppedBy(plan)(stateAfter(events)).at(-1)).toMatchObject({
      type: 'ExecutionCancelled',
      data: { reason: REASON },
    });
  });

  it('is one fact, until the execution is resumed', () => {
    const events = [...soft, ...exceeds()(stateAfter(soft))];
    given(...events)
      .when(exceedBudget, exceeded())
      .then();
    const again = [...events, ...resumeExecution(stateAfter(events))];
    expect(decided(again, exceeds())).toEqual(['BudgetExceeded', 'ExecutionPauseRequested']);
  });

  it('of a running pause is only recorded; a hard one still cancels', () => {
    const asked = [...soft, ...paused(stateAfter(soft))];
    expect(decided(asked, exceeds())).toEqual(['BudgetExceeded']);
    expect(decided([...asked, ...held(plan)(stateAfter(asked))], exceeds())).toEqual(['BudgetExceeded']);
    const stopped = history(budgeted({ usd: { limit: 5, on_exceeded: 'cancel' } }), begun(plan), paused, held(plan));
    expect(decided(stopped, exceeds())).toEqual(['BudgetExceeded', 'ExecutionCancelRequested']);
  });

  it('is none when the limit was changed meanwhile, and when the execution is ending or has ended', () => {
    for (const events of [
      history(budgeted({ usd: 6 }), begun(plan)),
      history(two, begun(plan)),
      history(budgeted({ usd: 5 }), begun(plan), cancelled),
      history(budgeted({ usd: 5 }), begun(plan), done(plan)),
    ]) {
      given(...events)
        .when(exceedBudget, exceeded())
        .then();
    }
  });

  it.each([
    ['spent', 'the budget of 5 US dollars is spent: 5'],
    ['unpriced', 'the budget of 5 US dollars cannot be held: gpt-9 has no known price'],
  ])('keeps the execution from resuming while it is %s, until the budget is changed', (cause, reason) => {
    const events = [...soft, ...exceeds({ ...usd, spent: '5', cause, model: 'gpt-9' })(stateAfter(soft))];
    expect(events.at(-1)?.data).toMatchObject({ reason });
    given(...events)
      .when((state: WorkflowExecution) => resumeExecution(state))
      .thenRefused('execution.budget_exceeded');

    const raised = [...events, ...changes({ kind: 'usd', limit: cause === 'spent' ? '9' : null })(stateAfter(events))];
    expect(decided(raised, resumed)).toEqual(['ExecutionResumed']);
  });
});

describe('changing a budget', () => {
  const events = history(budgeted({ usd: 5, tokens: { limit: 1_000, on_exceeded: 'cancel' } }), begun(plan));
  const before = [
    { kind: 'usd', limit: '5', onExceeded: 'pause' },
    { kind: 'tokens', limit: '1000', onExceeded: 'cancel' },
  ] as const;

  it('raises, adds and removes limits, and keeps the actions that it does not name', () => {
    given(...events)
      .when(
        (state: WorkflowExecution, command: ReturnType<typeof change>) => changeBudget(state, command, spent),
        change({ kind: 'tokens', limit: '2000' }, { kind: 'usd', limit: null }, { kind: 'wall_seconds', limit: '90' }),
      )
      .then({
        type: 'BudgetChanged',
        data: {
          ...ids,
          before: [...before],
          budget: [
            { kind: 'tokens', limit: '2000', onExceeded: 'cancel' },
            { kind: 'wall_seconds', limit: '90', onExceeded: 'pause' },
          ],
        },
      });
  });

  it('sets no limit below what was spent, and changes nothing the second time', () => {
    const refused = (...limits: object[]) => {
      expect(() => changes(...limits)(stateAfter(events))).toThrow(
        expect.objectContaining({ code: 'execution.budget_below_spent', field: 'usd' }) as Error,
      );
    };
    refused({ kind: 'usd', limit: '4.49' });
    refused({ kind: 'tokens', limit: '5000' }, { kind: 'usd', limit: '4.4' });
    expect(decided(events, changes({ kind: 'usd', limit: '4.5' }))).toEqual(['BudgetChanged']);
    expect(decided(events, changes({ kind: 'usd', limit: '5' }))).toEqual([]);
  });

  it('is refused without a budget, at the end, and twice for one kind', () => {
    const refusal = (facts: readonly ExecutionEvent[], code: string) => {
      expect(() => changes({ kind: 'usd', limit: '9' })(stateAfter(facts))).toThrow(
        expect.objectContaining({ code }) as Error,
      );
    };
    refusal(history(two), 'execution.no_budget');
    refusal([...events, ...cancelled(stateAfter(events))], 'execution.has_ended');
    refusal([...events, ...done(plan)(stateAfter(events))], 'execution.has_ended');
    expect(() => change({ kind: 'usd', limit: '1' }, { kind: 'usd', limit: '2' })).toThrow('same kind');
  });
});

it('folds the events of older builds, which know no budget', () => {
  const old = history(two, begun(plan), done(plan), begun(build));
  expect(JSON.stringify(old)).not.toContain('udget');
  expect(replay(WorkflowExecution, old, WorkflowExecution.initial)).toMatchObject({ budget: [], exceeded: [] });
  expect(types(old)).toContain('ExecutionStarted');
});
