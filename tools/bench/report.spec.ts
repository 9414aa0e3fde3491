import { atMost, stated, timesAtLeast, timesAtMost } from './figure';
import { jsonLine, table } from './report';

const appends = { value: 20_000, unit: 'appends/s', limit: 8_000, target: 2.5 };
const delay = { value: 60.1234, unit: 'ms', limit: 0.5, target: 50 };
const fast = timesAtLeast(appends);
const late = atMost(delay);
const alone = atMost({ value: 4, unit: 'deliveries', target: 2 });
const rate = stated({ value: 2.8, unit: 'executions/s' });

describe('a figure', () => {
  it('meets its target as a ratio to the raw way, or in its own unit', () => {
    expect(fast).toEqual({ value: 20_000, unit: 'appends/s', limit: 8_000, ratio: 2.5, target: 2.5, ok: true });
    expect(timesAtLeast({ ...appends, value: 19_999 }).ok).toBe(false);
    expect(timesAtMost({ value: 3, unit: 'ms', limit: 2, target: 1.5 }).ok).toBe(true);
    expect(timesAtMost({ value: 3.1, unit: 'ms', limit: 2, target: 1.5 }).ok).toBe(false);
    expect(late).toMatchObject({ value: 60.12, ratio: 120.2, ok: false });
    expect(atMost({ ...delay, value: 50 }).ok).toBe(true);
  });

  it('that is no number meets nothing', () => {
    expect(atMost({ ...delay, value: NaN }).ok).toBe(false);
  });

  it('without a raw way has no ratio, and without a target misses none', () => {
    expect(alone).toEqual({ value: 4, unit: 'deliveries', limit: null, ratio: null, target: 2, ok: false });
    expect(rate).toEqual({ value: 2.8, unit: 'executions/s', limit: null, ratio: null, target: null, ok: true });
  });
});

describe('a report', () => {
  it('is one object for programs', () => {
    const line = jsonLine('append', { append_64: fast });

    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({ suite: 'append', figures: { append_64: fast } });
  });

  it('is an aligned table for people', () => {
    expect(table({ append_64: fast, line_to_frame: late }).split('\n')).toEqual([
      'figure         value  unit       raw way  ratio  target',
      'append_64      20000  appends/s  8000     2.5    2.5     met',
      'line_to_frame  60.12  ms         0.5      120.2  50      MISSED',
    ]);
    expect(table({ alone, rate }).split('\n').slice(1)).toEqual([
      'alone   4      deliveries    -        -      2       MISSED',
      'rate    2.8    executions/s  -        -      -',
    ]);
  });
});
