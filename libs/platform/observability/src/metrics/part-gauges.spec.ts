import { register } from 'prom-client';
import type { PartState } from '../health/part-state';
import { PartGauges } from './part-gauges';

const state = (name: string, fields: Partial<PartState>): PartState => ({
  part: 'process',
  name,
  behind: 0,
  since: null,
  seconds: null,
  isFailing: false,
  why: '',
  ...fields,
});

const scraped = async () => (await register.metrics()).split('\n').filter((line) => line.startsWith('part_'));

describe('the gauges of parts', () => {
  it('say at each scrape how far a part is behind, and for how long it stands still', async () => {
    let reads = 0;
    let parts = [state('a', { behind: 7, seconds: 3 }), state('b', { seconds: 12.5, isFailing: true })];
    new PartGauges(() => {
      reads++;
      return Promise.resolve(parts);
    });

    expect(await scraped()).toEqual([
      'part_behind{part="process",name="a"} 7',
      'part_behind{part="process",name="b"} 0',
      'part_standstill_seconds{part="process",name="a"} 0',
      'part_standstill_seconds{part="process",name="b"} 12.5',
    ]);
    expect(reads).toBe(1);
    parts = [];
    expect(await scraped()).toEqual([]);
  });

  it('say nothing while the store is away', async () => {
    new PartGauges(() => Promise.reject(new Error('connection refused')));

    expect(await scraped()).toEqual([]);
  });
});
