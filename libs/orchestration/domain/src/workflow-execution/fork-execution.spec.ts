import { ExecutionId, NO_USAGE, type KeptSession, type PhaseId, type Usage } from '@syntropic/kernel';
import { MAX_ORDER_BYTES, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import {
  begun,
  broken,
  build,
  check,
  done,
  everything,
  executionId,
  history,
  inSession,
  lastQueued,
  plan,
  stateAfter,
  template,
  types,
} from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { forkExecution } from './fork-execution';
import { completePhase } from './phases';
import { rerunExecution } from './rerun-execution';
import type { SourceFacts } from './successor';
import { workOrderOf } from './work-order';

const { CompletePhase, ForkExecution, RerunExecution } = workflowExecution.commands;

const keeping = { agent: { provider: 'claude', isolation: 'sandbox', keepSession: true } } as const;
const workflow = template([plan], [build, { ...keeping, promptTemplate: 'Build {{plan}}' }], [check]);
const facts: SourceFacts = { template: workflow.state, isCapable: everything };
const archive: KeptSession = { uri: `sha256:${'0'.repeat(64)}`, sizeBytes: 7 };
const tokens = { inputTokens: 10, outputTokens: 1, cacheCreationTokens: 0, cacheReadTokens: 5 };
const usage: Usage = { ...NO_USAGE, byModel: { opus: { ...tokens, costUsd: '0.5' } }, costUsd: '0.5' };

const keeps =
  (kept: KeptSession | undefined, phaseId: PhaseId = build) =>
  (state: WorkflowExecution) =>
    completePhase(state, CompletePhase.schema.parse({ ...inSession(state, phaseId), usage, kept }));
const sourceWith = (kept: KeptSession | undefined) =>
  history(workflow, begun(plan), done(plan), begun(build), keeps(kept), begun(check), broken(check));
const source = sourceWith(archive);
const sessionId = lastQueued(source, build)?.data.sessionId;

const next = ExecutionId.parse('exec-ba9876543210');
const fork = (more: object = {}, events: readonly ExecutionEvent[] = source, known: Partial<SourceFacts> = {}) =>
  forkExecution(
    WorkflowExecution.initial,
    ForkExecution.schema.parse({ executionId: next, sourceId: executionId, ...more }),
    stateAfter(events),
    { ...facts, ...known },
  );
const refusalOf = (decide: () => unknown) => {
  try {
    decide();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
};

const used = { ...tokens, costUsd: '0.5', costComplete: true };
const at = { sessionId, entryId: 'entry-3', used: { ...used, costUsd: '0.2' } };

describe('a fork', () => {
  it('takes over the phases before, and begins with the kept session', () => {
    const events = fork();
    expect(types(events)).toEqual(['ExecutionStarted', 'PhasesTakenOver', 'PhaseQueued']);
    const [started, takenOver, queued] = events;
    expect(started?.data).toMatchObject({
      executionId: next,
      forkOf: { executionId, phaseId: build, sessionId, uri: archive.uri, used },
    });
    expect(started?.data).not.toHaveProperty('rerunOf');
    expect(takenOver?.data).toMatchObject({ phases: [{ phaseId: plan, executionId }] });
    // Runners of older builds would begin it anew.
    expect(queued?.data).toMatchObject({ phaseId: build, attempt: 1, provider: 'claude/fork' });
  });

  it('sends the phase that it begins with, and no other, to a runner as a fork', () => {
    const events = fork({ at, prompt: 'Otherwise' });
    const session = { phaseId: build, sessionId: lastQueued(events, build)?.data.sessionId ?? '' };
    const origins = new Map([[executionId, stateAfter(source)]]);
    expect(workOrderOf(stateAfter(events), session, workflow.state, origins).fork).toEqual({
      sessionId,
      uri: archive.uri,
      entryId: 'entry-3',
      prompt: 'Otherwise',
    });

    const later = history(workflow, begun(plan), done(plan), begun(build), keeps(archive));
    const other = { phaseId: check, sessionId: lastQueued(later, check)?.data.sessionId ?? '' };
    expect(workOrderOf(stateAfter(later), other, workflow.state)).not.toHaveProperty('fork');
  });

  it('has the cost of the source until its point', () => {
    expect(fork({ at })[0]?.data).toMatchObject({ forkOf: { entryId: 'entry-3', used: { costUsd: '0.2' } } });
  });

  it('may be made of an execution that is still running', () => {
    const running = history(workflow, begun(plan), done(plan), begun(build), keeps(archive));
    expect(types(fork({}, running))).toContain('PhaseQueued');
  });

  it('is no fork for a rerun of it', () => {
    const again = RerunExecution.schema.parse({ executionId, sourceId: next, fromPhase: build });
    const ended = [...fork(), { ...source.at(-1), data: { ...source.at(-1)?.data, executionId: next } }];
    const events = rerunExecution(WorkflowExecution.initial, again, stateAfter(ended as ExecutionEvent[]), facts);
    expect(events[0]?.data).not.toHaveProperty('forkOf');
    expect(lastQueued(events, build)?.data.provider).toBe('claude');
  });

  it.each([
    ['a phase that has kept nothing', { phaseId: plan }, 'session_not_kept'],
    ['a phase that is not there', { phaseId: 'other' }, 'phase_not_found'],
    [
      'a point of another session',
      { at: { ...at, sessionId: '6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11' } },
      'stale_session',
    ],
    ['an input that is not known', { inputs: { none: 'x' } }, 'unknown_input'],
  ])('is refused for %s', (_, more, rule) => {
    expect(refusalOf(() => fork(more))).toMatchObject({ code: `execution.${rule}` });
  });

  it('says why there is nothing to go on from', () => {
    const error = 'its files do not fit into 268435456 bytes';
    expect(refusalOf(() => fork({}, sourceWith({ error })))).toMatchObject({
      code: 'execution.session_not_kept',
      message: expect.stringContaining(error) as string,
    });
    expect(refusalOf(() => fork({}, sourceWith(undefined)))).toMatchObject({
      message: expect.stringContaining('keep_session: true') as string,
    });
    expect(refusalOf(() => fork({ phaseId: plan }, fork()))).toMatchObject({
      message: expect.stringContaining(`ran in ${executionId}`) as string,
    });
  });

  it('needs all phases before it, and a runner that forks', () => {
    const parallel = template(
      [plan, { executionType: 'parallel' }],
      [build, { ...keeping, executionType: 'parallel' }],
    );
    const events = history(parallel, begun(plan), begun(build), keeps(archive));
    expect(refusalOf(() => fork({}, events, { template: parallel.state }))).toMatchObject({
      code: 'execution.phase_not_finished',
    });
    const isCapable: SourceFacts['isCapable'] = ({ forks }) => !forks;
    expect(refusalOf(() => fork({}, source, { isCapable }))).toMatchObject({ code: 'execution.no_capable_runner' });
    expect(refusalOf(() => fork({}, source, { template: undefined }))).toMatchObject({
      code: 'execution.template_not_recorded',
    });
  });

  it('from the midst of a conversation is for agents that can', () => {
    const codex = template([plan], [build, { agent: { provider: 'codex', isolation: 'sandbox', keepSession: true } }]);
    const events = history(codex, begun(plan), done(plan), begun(build), keeps(archive));
    const known = { template: codex.state };
    const point = { ...at, sessionId: lastQueued(events, build)?.data.sessionId };
    expect(refusalOf(() => fork({ at: point }, events, known))).toMatchObject({ code: 'execution.cannot_fork' });
    expect(types(fork({}, events, known))).toContain('PhaseQueued');
  });

  it('is refused when its order could not be sent', () => {
    const large = template([plan], [build, keeping], [check]);
    // An order has the task among the inputs, too.
    const inputs = { task: 'x'.repeat(MAX_ORDER_BYTES / 2 - 50_000) };
    const prompt = 'y'.repeat(200_000);
    expect(types(fork({ inputs }, source, { template: large.state }))).toContain('PhaseQueued');
    expect(refusalOf(() => fork({ inputs, prompt }, source, { template: large.state }))).toMatchObject({
      code: 'execution.order_too_large',
    });
  });
});
