import { anEvent } from '../testing/events';
import { shares } from './insert-shares';

const eventsOf = (count: number, place: (index: number) => Partial<Parameters<typeof anEvent>[0]>) =>
  Array.from({ length: count }, (_, index) => anEvent(place(index)));

describe('the shares of an insert', () => {
  it('are one for few events', () => {
    const events = eventsOf(100, (index) => ({ executionId: null, phaseId: null, sessionId: `s-${index}` }));

    expect(shares([{ events }]).map(({ entries }) => entries.length)).toEqual([100]);
  });

  it('hold all events of a large one, in their order, and no execution or session is in two', () => {
    const inside = eventsOf(600, (index) => ({ executionId: `exec-${index % 20}`, sessionId: `s-${index % 40}` }));
    const outside = eventsOf(600, (index) => ({ executionId: null, phaseId: null, sessionId: `o-${index % 20}` }));
    const divided = shares([{ events: inside }, { events: outside }]);

    const keys = divided.map(
      ({ entries }) => new Set(entries.map(({ event }) => event.executionId ?? event.sessionId)),
    );
    expect(divided.flatMap(({ entries }) => entries)).toHaveLength(1_200);
    expect(keys.map((share) => share.size).every((size) => size > 10)).toBe(true);
    expect([...(keys[0] ?? [])].filter((key) => keys[1]?.has(key))).toEqual([]);
    for (const { entries } of divided) {
      const places = entries.map(({ batch, event }) => (batch === 0 ? inside : outside).indexOf(event) + batch * 600);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    }
  });

  it('keep a batch together with its lease', () => {
    const lease = { sessionId: 'leased', token: 3 };
    const leased = { events: eventsOf(10, (index) => ({ executionId: 'exec-1', sessionId: `s-${index}` })), lease };
    const events = eventsOf(600, (index) => ({ executionId: `exec-${index % 30}` }));
    const divided = shares([{ events }, leased]);

    const holder = divided.find(({ leases }) => leases !== '[]');
    expect(JSON.parse(holder?.leases ?? '[]')).toEqual([{ batch: 1, session_id: 'leased', token: 3 }]);
    expect(holder?.entries.filter(({ batch }) => batch === 1)).toHaveLength(10);
    expect(holder?.entries.some(({ event, batch }) => batch === 0 && event.executionId === 'exec-1')).toBe(true);
  });
});
