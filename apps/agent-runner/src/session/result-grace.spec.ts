import { outlineOf } from './message-outline';
import { ResultGrace } from './result-grace';

const GRACE_MS = 30_000;

describe('the grace after a result', () => {
  const expired = jest.fn();
  let grace: ResultGrace;

  beforeEach(() => {
    jest.useFakeTimers();
    expired.mockReset();
    grace = new ResultGrace(GRACE_MS, expired);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const says = (...messages: readonly object[]) => {
    for (const message of messages) grace.follow(outlineOf(JSON.stringify(message)));
  };
  const system = (subtype: string, fields: object = {}) => ({ type: 'system', subtype, ...fields });
  const expiresWithin = (ms: number) => {
    jest.advanceTimersByTime(ms);
    return expired.mock.calls.length > 0;
  };
  const launchOf = (agentId: string) => ({
    type: 'user',
    message: { content: [{ type: 'tool_result', tool_use_id: 't1' }] },
    tool_use_result: { isAsync: true, status: 'async_launched', agentId },
  });
  const result = { type: 'result', subtype: 'success' };
  const answer = { type: 'assistant', message: { id: 'm2', content: [] } };

  it('is counted from the last line of a result', () => {
    says(system('init'), answer);
    expect(expiresWithin(2 * GRACE_MS)).toBe(false);
    says(result);
    expect(expiresWithin(GRACE_MS - 1)).toBe(false);
    says(result);
    expect(expiresWithin(GRACE_MS - 1)).toBe(false);
    expect(expiresWithin(1)).toBe(true);
  });

  it.each([
    ['an answer', answer],
    ['a message to the agent', { type: 'user', message: { content: 'go on' } }],
    ['the beginning of another conversation', system('init')],
  ])('ends with %s, until the next result', (_, message) => {
    says(result, message);
    expect([grace.hasResult, expiresWithin(2 * GRACE_MS)]).toEqual([false, false]);
    says(result);
    expect([grace.hasResult, expiresWithin(GRACE_MS)]).toEqual([true, true]);
  });

  it('goes on with other messages, and with those of a sub-agent in the background', () => {
    says(result, system('status'), { ...answer, parent_tool_use_id: 't1' });
    grace.follow(undefined);

    expect(expiresWithin(GRACE_MS)).toBe(true);
  });

  it.each([
    [system('task_started', { task_id: 'k1' }), system('task_notification', { task_id: 'k1', status: 'completed' })],
    [
      system('task_updated', { task_id: 'k1', patch: { is_backgrounded: true } }),
      system('task_updated', { task_id: 'k1', patch: { status: 'killed' } }),
    ],
    [
      system('background_tasks_changed', { tasks: [{ task_id: 'k1' }, { task_type: 'local_bash' }] }),
      system('background_tasks_changed', { tasks: [] }),
    ],
    [launchOf('k1'), system('task_notification', { task_id: 'k1', status: 'stopped' })],
  ])('begins when no task in the background is left: %j', (started, ended) => {
    says(started, result);
    expect([grace.hasResult, expiresWithin(10 * GRACE_MS)]).toEqual([true, false]);
    says(ended);
    expect(expiresWithin(GRACE_MS - 1)).toBe(false);
    expect(expiresWithin(1)).toBe(true);
  });

  it('does not wait for a launched agent that has ended before the result of its launch', () => {
    says(system('task_notification', { task_id: 'k1', status: 'completed' }), launchOf('k1'), result);

    expect(expiresWithin(GRACE_MS)).toBe(true);
  });

  it('does not wait for a task in the foreground', () => {
    says(system('task_started', { task_id: 'k1', is_backgrounded: false }), result);

    expect(expiresWithin(GRACE_MS)).toBe(true);
  });

  it('stands still while it is stopped, also when the result comes then', () => {
    says(result);
    jest.advanceTimersByTime(GRACE_MS / 2);
    grace.stop();
    expect(expiresWithin(2 * GRACE_MS)).toBe(false);
    grace.start();
    expect(expiresWithin(GRACE_MS / 2 - 1)).toBe(false);
    grace.stop();
    says(result);
    expect(expiresWithin(2 * GRACE_MS)).toBe(false);
    grace.start();
    expect(expiresWithin(GRACE_MS)).toBe(true);
  });
});
