import { limitShortfall } from './limit-shortfall';

const held = { unheld: ['cpus'], most: { memory_mb: 4_000, disk_mb: 2_500 } };

describe('limits of a workspace', () => {
  it.each([
    [{ memoryMb: 4_001 }, 'memory_mb is 4001, and a workspace there has at most 4000'],
    [{ diskMb: 2_501 }, 'disk_mb is 2501, and a workspace there has at most 2500'],
    [{ memoryMb: 100, cpus: 1 }, 'cpus cannot be held there'],
  ])('that a runner cannot hold are named: %j', (asked, shortfall) => {
    expect(limitShortfall(asked, held)).toBe(shortfall);
  });

  it.each([[{ memoryMb: 4_000, diskMb: 3_000 }], [{ pids: 100_000 }], [{}], [undefined]])(
    'that it can hold are: %j',
    (asked) => {
      expect(limitShortfall(asked, held)).toBeUndefined();
    },
  );

  it('of a runner that does not tell are left to it', () => {
    expect(limitShortfall({ cpus: 1 }, undefined)).toBeUndefined();
  });
});
