import type { Aggregate, Event, Recorded } from '@syntropic/kernel';

type Upcasting<E extends Event> = Pick<Aggregate<never, E>, 'upcasters'>;

type Step = (data: never) => object;

const stepsOf = <E extends Event>({ upcasters }: Upcasting<E>, type: E['type']): readonly Step[] => {
  const steps: readonly Step[] | undefined = upcasters?.[type];
  return steps ?? [];
};

/** The version of an event's data that this code writes. */
export const schemaVersionOf = <E extends Event>(aggregate: Upcasting<E>, type: E['type']): number =>
  stepsOf(aggregate, type).length + 1;

/** The event with its data in the shape that this code knows, whatever shape it was recorded in. */
export function upcast<E extends Event>(aggregate: Upcasting<E>, event: Recorded): Recorded<E> {
  // The stream's name says whose events it holds.
  const own = event as Recorded<E>;
  const { schemaVersion } = own.metadata;
  const newest = schemaVersionOf(aggregate, own.type);
  if (schemaVersion === newest) return own;
  if (schemaVersion > newest) {
    throw new Error(`${own.type} at ${own.position} has schema version ${schemaVersion}; this code knows ${newest}`);
  }

  const steps = stepsOf(aggregate, own.type).slice(schemaVersion - 1);
  const data = steps.reduce<object>((shape, step) => step(shape as never), own.data);
  return { ...own, data, metadata: { ...own.metadata, schemaVersion: newest } };
}
