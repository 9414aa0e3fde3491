import {
  derivedUuid,
  type AnyContract,
  type Event,
  type EventOf,
  type EventOfType,
  type Recorded,
} from '@syntropic/kernel';
import type { Action } from './action';

/** How facts lead to commands: a table of pure, synchronous reactions, run by a `ProcessRunner` and by nothing else. */
export type Process = Readonly<{
  /** Names its place in the log, and the actor of its commands: it never changes. */
  name: string;
  /** The aggregates whose events it may react to. */
  streams: readonly AnyContract[];
  on: Readonly<Partial<Record<string, Reaction>>>;
}>;

type Reaction<E extends Event = Event> = (event: Recorded<E>) => readonly Action[];

type Reactions<E extends Event> = { readonly [Type in E['type']]?: Reaction<EventOfType<E, Type>> };

/** Declares a process that reacts to events of these aggregates: `process(workflowExecution)({ name, on })`. */
export const process =
  <K extends readonly AnyContract[]>(...streams: K) =>
  ({ name, on }: Readonly<{ name: string; on: Reactions<EventOf<K[number]>> }>): Process => ({
    name,
    streams,
    // A reaction is only ever given the events of its key.
    on: on as Process['on'],
  });

const PROCESSES = 'b0f3c2f4-6f0b-5a54-9d3e-2f1c9e6a7d41';

/** The same for the same event and place in the reaction's answer, so that a command sent twice is noticed. */
export const commandIdOf = (process: string, eventId: string, ordinal: number): string =>
  derivedUuid(derivedUuid(PROCESSES, process), eventId, ordinal);
