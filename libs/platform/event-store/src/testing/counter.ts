import type { Event } from '@syntropic/kernel';
import type { StoredKind } from '../stored-aggregates';

type Counted = Event<'Counted', { by: number; label: string }>;
type Named = Event<'Named', { name: string }>;
type Closed = Event<'Closed'>;
export type CounterEvent = Counted | Named | Closed;

export type Counter = Readonly<{ total: number; labels: readonly string[] }>;

/** Three schema versions: the data had `amount`, then `by`, and now also a label. */
export const Counter: StoredKind<Counter, CounterEvent> = {
  name: 'counter',
  initial: { total: 0, labels: [] },
  evolve: (counter, event) => {
    switch (event.type) {
      case 'Counted':
        return { total: counter.total + event.data.by, labels: [...counter.labels, event.data.label] };
      case 'Named':
      case 'Closed':
        return counter;
    }
  },
  reserves: (event) => {
    switch (event.type) {
      case 'Named':
        return [
          {
            claim: { scope: 'counter-name', key: event.data.name },
            refusal: { code: 'counter.name_taken', message: 'another counter has this name' },
          },
        ];
      case 'Closed':
        return [{ empty: { scope: 'counter-name' } }];
      case 'Counted':
        return [];
    }
  },
  upcasters: {
    Counted: [
      ({ amount }: { amount: number }) => ({ by: amount }),
      (data: object) => ({ ...data, label: 'unlabelled' }),
    ],
  },
};

export const counted = (by: number): Counted => ({ type: 'Counted', data: { by, label: 'new' } });
export const named = (name: string): Named => ({ type: 'Named', data: { name } });
export const closed: Closed = { type: 'Closed', data: {} };
