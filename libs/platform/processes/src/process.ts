import {
  derivedUuid,
  type AnyContract,
  type DomainError,
  type Event,
  type EventOf,
  type EventOfType,
  type Recorded,
} from '@syntropic/kernel';
import type { Action } from './action';

/** A table of pure, synchronous reactions to events. Only a `ProcessRunner` carries them out. */
export type Process = Readonly<{
  /** Never changes: it names the position in the log, and the actor of the commands. */
  name: string;
  /** The aggregates whose events it may react to. */
  streams: readonly AnyContract[];
  on: Readonly<Partial<Record<string, Reaction>>>;
  /** Answers an event again whose command was refused as malformed; without an answer the event counts as failing. */
  onMalformed: Readonly<Partial<Record<string, MalformedReaction>>>;
}>;

type Reaction<E extends Event = Event> = (event: Recorded<E>) => readonly Action[];

type MalformedReaction<E extends Event = Event> = (event: Recorded<E>, refusal: DomainError) => readonly Action[];

type Reactions<E extends Event> = { readonly [Type in E['type']]?: Reaction<EventOfType<E, Type>> };

type MalformedReactions<E extends Event> = {
  readonly [Type in E['type']]?: MalformedReaction<EventOfType<E, Type>>;
};

type Declaration<E extends Event> = Readonly<{
  name: string;
  on: Reactions<E>;
  onMalformed?: MalformedReactions<E>;
}>;

/** Declares a process that reacts to events of these aggregates: `process(workflowExecution)({ name, on })`. */
export const process =
  <K extends readonly AnyContract[]>(...streams: K) =>
  ({ name, on, onMalformed = {} }: Declaration<EventOf<K[number]>>): Process => ({
    name,
    streams,
    // A reaction is only ever given the events of its key.
    on: on as Process['on'],
    onMalformed: onMalformed as Process['onMalformed'],
  });

const PROCESSES = 'b0f3c2f4-6f0b-5a54-9d3e-2f1c9e6a7d41';

/** Equal for the same event and index in the reaction's answer, so that a repeated command is recognized. */
export const commandIdOf = (process: string, eventId: string, ordinal: number): string =>
  derivedUuid(derivedUuid(PROCESSES, process), eventId, ordinal);
