/** A fact: plain data, because it outlives the code that wrote it. */
export type Event<Type extends string = string, Data extends object = object> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;

export type EventOfType<E extends Event, Type extends E['type']> = Extract<E, { type: Type }>;

/** Who caused a fact: a signed-in person, an API key, a service of ours, or GitHub. */
export type Actor = Readonly<{ kind: 'user' | 'key' | 'service' | 'github'; id: string }>;

/** Why a fact was recorded. Handed explicitly to the append; nothing of it is repeated in the event's data. */
export type Metadata = Readonly<{
  commandId: string;
  /** The same for everything that one outside request set in motion. */
  correlationId: string;
  /** The event or request that led to the command. */
  causationId: string;
  actor: Actor;
  executionId?: string;
  /** The version of the data's shape; older ones are upcast when read. */
  schemaVersion: number;
  /** SHA-256 of the command's body: a command id that comes back with another body is refused. */
  bodyHash: string;
  traceparent?: string;
}>;

/** A fact as the log keeps it. */
export type Recorded<E extends Event = Event> = E &
  Readonly<{
    /** Dense and in commit order over the whole log, from 1. */
    position: number;
    stream: string;
    /** Dense within the stream, from 1. */
    version: number;
    id: string;
    metadata: Metadata;
    /** ISO 8601, UTC, milliseconds; by the database's clock. */
    recordedAt: string;
  }>;
