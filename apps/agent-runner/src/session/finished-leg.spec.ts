import { finishedLeg } from './finished-leg';

const ended = { stopReason: undefined, legEnd: 'exit', timeoutMs: 1_000, stderrTail: 'last words\n' } as const;

describe('a leg that has failed', () => {
  it('for want of memory names the limit', () => {
    const outOfMemory = { limitBytes: 64 * 1024 * 1024 };

    expect(finishedLeg({ code: null, signal: 'SIGKILL' }, { ...ended, outOfMemory })).toMatchObject({
      outcome: 'failed',
      isOutOfMemory: true,
      error: expect.stringMatching(
        /memory limit of 64 MiB was exceeded\nthe agent was ended by SIGKILL\nlast words$/,
      ) as string,
    });
    expect(finishedLeg({ code: 1, signal: null }, { ...ended, outOfMemory: {} }).error).toContain(
      'memory of the machine',
    );
  });

  it('for another reason says nothing of memory', () => {
    const killed = finishedLeg({ code: null, signal: 'SIGKILL' }, { ...ended, outOfMemory: undefined });

    expect(killed).not.toHaveProperty('isOutOfMemory');
    expect(killed.error).toBe('the agent was ended by SIGKILL\nlast words');
  });

  it('is not one that went on without the killed processes', () => {
    expect(finishedLeg({ code: 0, signal: null }, { ...ended, outOfMemory: {} })).toEqual({
      outcome: 'completed',
      exitCode: 0,
      signal: null,
      legEnd: 'exit',
    });
  });
});
