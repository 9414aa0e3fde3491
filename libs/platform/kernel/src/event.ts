/** A fact: plain data, because it outlives the code that wrote it. */
export type Event<Type extends string = string, Data extends object = object> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;

export type EventOfType<E extends Event, Type extends E['type']> = Extract<E, { type: Type }>;

/** The originator of a fact: a signed-in person, an API key, one of our services, or GitHub. */
export type Actor = Readonly<{ kind: 'user' | 'key' | 'service' | 'github'; id: string }>;

/** The beginnings of a client's request and of its command, for the trace: a fact tells when they had ended. */
export type RequestTrace = Readonly<{
  /** Method and path of the endpoint: `POST /api/workflows/:workflow_id/execute`. */
  route: string;
  /** ISO 8601, by the clock of the gateway. */
  receivedAt: string;
  /** The name of the command, and the time at which its handling began; absent until a service has it. */
  command?: string;
  begunAt?: string;
}>;

/** The cause of a fact. Passed explicitly to the append; the event's data does not repeat it. */
export type Metadata = Readonly<{
  commandId: string;
  /** Shared by all commands and events that one outside request leads to. */
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
  /** Present where a client's request has led to the command directly. */
  request?: RequestTrace;
}>;

/** A fact as it is recorded in the log. */
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
