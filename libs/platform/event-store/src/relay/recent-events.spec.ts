import type { Recorded } from '@syntropic/kernel';
import { RecentEvents } from './recent-events';

const EPOCH = 'now';

const eventAt = (position: number): Recorded => ({
  position,
  stream: 'count-1',
  version: position,
  id: `event-${position}`,
  type: 'Counted',
  data: {},
  metadata: {
    commandId: '',
    correlationId: '',
    causationId: '',
    bodyHash: '',
    actor: { kind: 'user', id: 'ada' },
    schemaVersion: 1,
  },
  recordedAt: '2026-01-02T03:04:05.006Z',
});

const call = (first: number, last: number, { epoch = EPOCH, bytes = 100 } = {}) => ({
  epoch,
  first,
  last,
  bytes,
  events: Array.from({ length: last - first + 1 }, (_, index) => eventAt(first + index)),
});

const placeOf = (position: number) => ({ epoch: EPOCH, position, event: `event-${position}` });
const after = (recent: RecentEvents, position: number, limit = 100) =>
  recent.after(placeOf(position), limit).map((event) => event.position);

describe('recent events', () => {
  it('follow the place of one of them, at most as many as asked for', () => {
    const recent = new RecentEvents();
    for (const [first, last] of [
      [5, 7],
      [8, 8],
      [9, 12],
    ] as const)
      recent.add(call(first, last));

    expect(after(recent, 5)).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect(after(recent, 7, 2)).toEqual([8, 9]);
    expect(after(recent, 12)).toEqual([]);
    expect(recent.endsAt(placeOf(12))).toBe(true);
    expect(recent.endsAt(placeOf(11))).toBe(false);
  });

  it('follow no place whose event is not among them', () => {
    const recent = new RecentEvents();
    recent.add(call(5, 7));

    expect(after(recent, 4)).toEqual([]);
    expect(recent.after({ ...placeOf(5), event: 'another' }, 100)).toEqual([]);
    expect(recent.after({ ...placeOf(5), epoch: 'before' }, 100)).toEqual([]);
  });

  it.each([
    ['another process has appended between them', call(9, 10)],
    ['the log went back', call(4, 10)],
    ['its epoch has changed', call(8, 10, { epoch: 'next' })],
  ])('are forgotten when %s', (_, next) => {
    const recent = new RecentEvents();
    recent.add(call(5, 7));
    recent.add(next);

    expect(after(recent, 5).filter((position) => position <= 7)).toEqual(next.first === 4 ? [6, 7] : []);
    expect(recent.after({ ...placeOf(9), epoch: next.epoch }, 100).map(({ position }) => position)).toEqual([10]);
  });

  it.each([
    ['1,000 events', { last: 700, bytes: 1 }],
    ['4 MiB', { last: 1, bytes: 3 * 1024 * 1024 }],
  ])('are at most %s', (_, { last, bytes }) => {
    const recent = new RecentEvents();
    recent.add(call(1, last, { bytes }));
    expect(recent.endsAt(placeOf(last))).toBe(true);
    recent.add(call(last + 1, 2 * last, { bytes }));

    expect(after(recent, last)).toEqual([]);
    expect(recent.endsAt(placeOf(2 * last))).toBe(true);
  });

  it('tell a listener', () => {
    const recent = new RecentEvents();
    const heard = jest.fn();
    expect(recent.add(call(1, 1))).toBe(false);
    const unlisten = recent.listen(heard);
    expect(recent.add(call(2, 2))).toBe(true);
    unlisten();
    expect(recent.add(call(3, 3))).toBe(false);
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
