import { Gathering } from './gathering';

describe('gathering', () => {
  it('ends together for sessions that began within one part of its time', () => {
    const gathering = new Gathering();
    const ends = Array.from({ length: 100 }, () => gathering.of(200));

    // The beginnings may lie at both sides of a point.
    expect(new Set(ends).size).toBeLessThanOrEqual(2);
  });

  it('begins anew when it has ended', async () => {
    const gathering = new Gathering();
    const first = gathering.of(1);
    await first;

    expect(gathering.of(1)).not.toBe(first);
  });
});
