import type { AnyContract, EventMessage, EventsOf } from '@syntropic/kernel';
import type { EventDataFaults } from './event-data-faults';
import type { DomainItem } from './live-frame';
import { snakeCased } from './snake-case';

type WireData = Readonly<Record<string, unknown>>;

type StoredEvent = Pick<DomainItem, 'type' | 'data' | 'recordedAt'>;

type Translation<E> = Readonly<{
  /** The name by which clients of unnamed frames know the event. */
  name: string;
  data: (event: E & Readonly<{ recordedAt: string }>) => WireData;
  /** Also sent on the feed of all executions. */
  activity?: true;
  /** The last event of its execution: streams end after it. */
  terminal?: true;
}>;

type Translations<K extends AnyContract> = {
  readonly [Type in keyof K['events'] & string]?: Translation<EventsOf<K>[Type]>;
};

/** One kind of event as clients of unnamed frames know it. */
export type WireEvent = Readonly<{
  type: string;
  name: string;
  isActivity: boolean;
  isTerminal: boolean;
  /** Data that does not follow its contract is only renamed, and reported: a stream outlives it. */
  dataOf: (event: StoredEvent, faults: EventDataFaults) => WireData;
}>;

/** Declares events for clients of unnamed frames: `wireEvents(workspace)({ WorkspaceCreated: { name, data } })`. */
export const wireEvents =
  <const K extends AnyContract>({ events }: K) =>
  (translations: Translations<K>): readonly WireEvent[] =>
    Object.values(events).flatMap((message) => {
      // The schema of the same event parses the data before the translation gets it.
      const translation = translations[message.type] as Translation<StoredEvent> | undefined;
      return translation ? [wireEvent(message, translation)] : [];
    });

const wireEvent = (
  { type, schema }: EventMessage,
  { name, data: translate, activity, terminal }: Translation<StoredEvent>,
): WireEvent => ({
  type,
  name,
  isActivity: activity === true,
  isTerminal: terminal === true,
  dataOf: ({ data, recordedAt }, faults) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return translate({ type, data: parsed.data, recordedAt });
    faults.report(type, parsed.error);
    return { ...snakeCased(data), recorded_at: recordedAt };
  },
});
