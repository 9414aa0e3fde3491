import { bytesOf, KeptStates } from './kept-states';

const state = (bytes: number) => ({ text: 'x'.repeat(bytes / 2) });

describe('kept states', () => {
  it('are the most recently used that fit into their bytes', () => {
    const kept = new KeptStates(1_000_000);
    kept.set('a', state(400_000), 400_000);
    kept.set('b', state(400_000), 400_000);
    kept.get('a');
    kept.set('c', state(400_000), 400_000);

    expect(['a', 'b', 'c'].map((stream) => kept.get(stream) !== undefined)).toEqual([true, false, true]);
  });

  it('count what they hold, not the events that led to them', () => {
    const kept = new KeptStates(1_000_000);
    const small = { total: 1 };
    kept.set('other', small, 100);
    for (let update = 0; update < 100; update++) kept.set('long', small, 100_000);

    expect([kept.get('long'), kept.get('other')]).toEqual([small, small]);
  });

  it('never hold one that is larger than all their bytes', () => {
    const kept = new KeptStates(1_000_000);
    kept.set('other', state(1_000), bytesOf(state(1_000)));
    kept.set('huge', state(2_000_000), 2_000_000);

    expect(kept.get('huge')).toBeUndefined();
  });
});
