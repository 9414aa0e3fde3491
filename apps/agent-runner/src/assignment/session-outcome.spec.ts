import type { LegReport } from '@syntropic/telemetry';
import type { FinishedLeg } from '../session';
import { sessionOutcome } from './session-outcome';

const leg = (outcome: FinishedLeg['outcome'], error?: string): FinishedLeg => ({
  outcome,
  exitCode: outcome === 'completed' ? 0 : 1,
  signal: null,
  legEnd: 'exit',
  ...(error === undefined ? {} : { error }),
});
const completed = leg('completed');
const crashed = leg('failed', 'the agent ended with exit code 1');
const outcomeOf = (ended: FinishedLeg, report: LegReport | undefined) =>
  sessionOutcome(ended, report, { tooLarge: [], isTruncated: false, notRecorded: [] });

const succeeded = { hasBegun: true, outcome: { isError: false, answer: 'done' } };
const failed = { hasBegun: true, outcome: { isError: true, error: 'it broke', answer: '' } };

describe('a session of a plain program', () => {
  it('ends as its exit code says', () => {
    expect(outcomeOf(completed, undefined)).toEqual({ status: 'completed' });
    expect(outcomeOf(crashed, undefined)).toEqual({
      status: 'failed',
      error: crashed.error,
      errorType: 'agent_failed',
    });
  });
});

describe('a session whose workspace has outgrown its limits', () => {
  it('has failed for that, whatever its agent reports', () => {
    const outgrown = leg('outgrown', 'its files take 12 MiB');

    expect(outcomeOf(outgrown, succeeded)).toEqual({
      status: 'failed',
      error: 'its files take 12 MiB',
      errorType: 'disk_limit',
    });
  });
});

describe('a session whose agent was killed for want of memory', () => {
  it('has failed for that, unless a result decides', () => {
    const killed: FinishedLeg = { ...crashed, isOutOfMemory: true };

    expect(outcomeOf(killed, undefined).errorType).toBe('out_of_memory');
    expect(outcomeOf(killed, { hasBegun: true }).errorType).toBe('out_of_memory');
    expect(outcomeOf(killed, succeeded).status).toBe('completed');
  });
});

describe('a session of an agent with a protocol', () => {
  it('ends as its last result says, whatever its exit code', () => {
    expect([completed, crashed].map((ended) => outcomeOf(ended, succeeded).status)).toEqual(['completed', 'completed']);
    for (const ended of [completed, crashed]) {
      expect(outcomeOf(ended, failed)).toEqual({ status: 'failed', error: 'it broke', errorType: 'agent_failed' });
    }
  });

  it('is unfinished without a result', () => {
    const error = 'the agent ended without a result';

    for (const hasBegun of [true, false]) {
      expect(outcomeOf(completed, { hasBegun })).toEqual({ status: 'failed', error, errorType: 'agent_unfinished' });
    }
    expect(outcomeOf(crashed, { hasBegun: true })).toMatchObject({
      error: `${error}: the agent ended with exit code 1`,
      errorType: 'agent_unfinished',
    });
  });

  it('has failed by its exit code when it did not even begin', () => {
    expect(outcomeOf(crashed, { hasBegun: false })).toMatchObject({ error: crashed.error, errorType: 'agent_failed' });
  });

  it('was cut off when its result says so', () => {
    const cutOff = { isError: true, isCutOff: true, error: 'the agent was cut off: stop_reason tool_use', answer: '' };

    expect(outcomeOf(completed, { hasBegun: true, outcome: cutOff })).toMatchObject({
      status: 'failed',
      errorType: 'agent_cut_off',
    });
  });

  it('has failed when the agent reports that its task has', () => {
    const taskResult = { success: false, comments: 'tests are red' };

    expect(outcomeOf(completed, { hasBegun: true, outcome: { ...succeeded.outcome, taskResult } })).toEqual({
      status: 'failed',
      error: 'tests are red',
      errorType: 'task_failed',
    });
  });

  it('stays cancelled or timed out', () => {
    expect(outcomeOf(leg('cancelled'), succeeded).status).toBe('cancelled');
    expect(outcomeOf(leg('timed_out', 'it took longer than 1 s'), failed).errorType).toBe('timeout');
  });
});

describe('a session whose agent owes an answer of a form', () => {
  const outputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const agent = { provider: 'claude', isolation: 'sandbox', outputSchema } as const;
  const owing = (ended: FinishedLeg, outcome: NonNullable<LegReport['outcome']>) =>
    sessionOutcome(ended, { hasBegun: true, outcome }, { tooLarge: [], isTruncated: false, notRecorded: [], agent });

  it('is completed by an answer that fits', () => {
    expect(owing(completed, { ...succeeded.outcome, structured: { n: 1 } })).toEqual({ status: 'completed' });
  });

  it('fails without an answer, and by one that does not fit', () => {
    expect(owing(completed, succeeded.outcome)).toMatchObject({ errorType: 'output_schema_mismatch' });
    expect(owing(completed, { ...succeeded.outcome, structured: { n: 'x' } })).toMatchObject({
      status: 'failed',
      errorType: 'output_schema_mismatch',
      error: expect.stringContaining('/n: ') as string,
    });
    expect(owing(crashed, { ...failed.outcome, isMisshapen: true })).toMatchObject({
      errorType: 'output_schema_mismatch',
      error: 'it broke',
    });
  });

  it('keeps the reason of another failure', () => {
    expect(owing(crashed, failed.outcome)).toMatchObject({ errorType: 'agent_failed' });
  });
});
