import { RefusalLog } from './refusal-log';

describe('the log of refused requests', () => {
  it('has one line per code and second, which counts those without a line', () => {
    const lines: unknown[] = [];
    let now = 0;
    const log = new RefusalLog({ warn: (...line: unknown[]) => lines.push(line) }, () => now);
    const error = new Error('full');

    for (let n = 0; n < 1_000; n++) log.add('command.overloaded', error);
    log.add('store.unavailable', error);
    now = 1_000;
    log.add('command.overloaded', error);
    now = 2_000;
    log.add('command.overloaded', error);

    expect(lines).toEqual([
      ['command.overloaded', { error }],
      ['store.unavailable', { error }],
      ['command.overloaded', { error, unlogged: 999 }],
      ['command.overloaded', { error }],
    ]);
  });
});
