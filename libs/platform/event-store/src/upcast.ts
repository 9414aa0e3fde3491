import type { Aggregate, Event, Recorded } from '@syntropic/kernel';

type Upcasting<E extends Event> = Pick<Aggregate<never, E>, 'upcasters'>;

type Upcaster = (data: never) => object;

const upcastersOf = <E extends Event>({ upcasters }: Upcasting<E>, type: E['type']): readonly Upcaster[] => {
  const found: readonly Upcaster[] | undefined = upcasters?.[type];
  return found ?? [];
};

/** The version of an event's data that this code writes. */
export const schemaVersionOf = <E extends Event>(aggregate: Upcasting<E>, type: E['type']): number =>
  upcastersOf(aggregate, type).length + 1;

/** Brings the event's data from its recorded schema version to the newest one. */
export function upcast<E extends Event>(aggregate: Upcasting<E>, event: Recorded): Recorded<E> {
  // A stream holds only events of the aggregate that its name begins with.
  const own = event as Recorded<E>;
  const { schemaVersion } = own.metadata;
  const newest = schemaVersionOf(aggregate, own.type);
  if (schemaVersion === newest) return own;
  if (schemaVersion > newest) {
    throw new Error(`${own.type} at ${own.position} has schema version ${schemaVersion}; this code knows ${newest}`);
  }

  const upcasters = upcastersOf(aggregate, own.type).slice(schemaVersion - 1);
  const data = upcasters.reduce<object>((older, upcaster) => upcaster(older as never), own.data);
  return { ...own, data, metadata: { ...own.metadata, schemaVersion: newest } };
}
