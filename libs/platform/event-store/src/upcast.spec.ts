import type { Recorded } from '@syntropic/kernel';
import { Counter } from './testing/counter';
import { schemaVersionOf, upcast } from './upcast';

const recorded = (schemaVersion: number, data: object): Recorded => ({
  type: 'Counted',
  data,
  position: 7,
  stream: 'counter-1',
  version: 3,
  id: '5f0f2d0e-4f3b-5c59-9d2c-6f8a0a4e7f11',
  metadata: {
    commandId: 'command',
    correlationId: 'command',
    causationId: 'command',
    actor: { kind: 'user', id: 'ada' },
    schemaVersion,
    bodyHash: 'of the body',
  },
  recordedAt: '2026-01-01T00:00:00.000Z',
});

describe('an event of an older shape', () => {
  it.each([
    [1, { amount: 2 }, { by: 2, label: 'unlabelled' }],
    [2, { by: 2 }, { by: 2, label: 'unlabelled' }],
    [3, { by: 2, label: 'mine' }, { by: 2, label: 'mine' }],
  ])('is upcast from version %i to the newest', (schemaVersion, data, newest) => {
    expect(upcast(Counter, recorded(schemaVersion, data))).toEqual(recorded(3, newest));
  });

  it('is refused when it is newer than the code', () => {
    expect(() => upcast(Counter, recorded(4, {}))).toThrow('Counted at 7 has schema version 4; this code knows 3');
  });

  it('is written in the newest version', () => {
    expect(schemaVersionOf(Counter, 'Counted')).toBe(3);
    expect(schemaVersionOf(Counter, 'Named')).toBe(1);
  });
});
