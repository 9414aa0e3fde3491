import { repeat } from '@syntropic/async';
import {
  ConsumerEvents,
  nanos,
  type ConsumerConfig,
  type ConsumerMessages,
  type JsMsg,
  type NatsConnection,
} from 'nats';

export type FollowOptions = Readonly<{
  stream: string;
  /** A durable consumer is joined when it exists; an ephemeral one is created each time. */
  consumer: Partial<ConsumerConfig>;
  /** The most messages that may be on their way to this process. */
  maxInFlight: number;
  onMessage: (message: JsMsg) => void;
  /** Called each time the consumer exists; an ephemeral one has missed all earlier messages. */
  onAttached?: () => void;
  onDetached?: () => void;
  retryMs?: number;
  /** The number of failures in a row after which the last one is thrown; unlimited by default. */
  maxFailures?: number;
}>;

/** A server that restarts loses requests; these are harmless to repeat, so they time out soon. */
const JETSTREAM = { checkAPI: false, timeout: 2_000 };
const PULL_MS = 10_000;
const HEARTBEAT_MS = 2_000;
/** Missing heartbeats in a row after which a consumer counts as silent. */
const SILENT_AFTER = 4;
const RETRY_MS = 1_000;

/**
 * Consumes a stream until the signal, or until the connection is closed. By default nats.js neither ends nor throws when a consumer or its stream
 * is gone or silent; here such a consumer ends and is created again.
 */
export async function followStream(nats: NatsConnection, options: FollowOptions, signal: AbortSignal): Promise<void> {
  if (nats.isClosed()) return;
  const { retryMs = RETRY_MS, maxFailures = Infinity } = options;
  const closed = new AbortController();
  void nats.closed().then(() => {
    closed.abort();
  });

  let failures = 0;
  const onFault = (error: unknown) => {
    if (++failures >= maxFailures) throw error;
  };
  await repeat(AbortSignal.any([signal, closed.signal]), { everyMs: retryMs, onFault }, async () => {
    await consume(nats, options, signal);
    failures = 0;
  });
}

async function consume(nats: NatsConnection, options: FollowOptions, signal: AbortSignal): Promise<void> {
  const name = await addConsumer(nats, options);
  const messages = await startConsumer(nats, name, options);
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener('abort', stop);
  // The signal may have aborted while the consumer was created.
  if (signal.aborted) stop();

  options.onAttached?.();
  // Closing a connection does not end its consumers.
  const end = await Promise.race([messages.closed(), silence(messages), nats.closed()]);
  stop();
  signal.removeEventListener('abort', stop);
  options.onDetached?.();
  if (end === SILENT) await deleteUnused(nats, name, options);
}

async function addConsumer(nats: NatsConnection, { stream, consumer }: FollowOptions): Promise<string> {
  const { consumers } = await nats.jetstreamManager(JETSTREAM);
  const { name } = await consumers.add(stream, {
    // Long enough for an ephemeral consumer to survive a reconnect.
    ...(!consumer.durable_name && { inactive_threshold: nanos(3 * PULL_MS) }),
    ...consumer,
  });
  return name;
}

async function startConsumer(
  nats: NatsConnection,
  name: string,
  { stream, maxInFlight, onMessage }: FollowOptions,
): Promise<ConsumerMessages> {
  const created = await nats.jetstream(JETSTREAM).consumers.get(stream, name);
  return created.consume({
    callback: onMessage,
    max_messages: maxInFlight,
    expires: PULL_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
}

const SILENT = Symbol('silent');

/** Resolves when the heartbeats of a consumer stay away, and never when the consumer ends otherwise. */
async function silence(messages: ConsumerMessages): Promise<typeof SILENT> {
  for await (const { type, data } of await messages.status()) {
    if (type === ConsumerEvents.HeartbeatsMissed && Number(data) >= SILENT_AFTER) return SILENT;
  }
  return new Promise(() => undefined);
}

/**
 * Deletes a consumer that has acknowledged nothing, so that the next attempt creates it. A consumer that nats-server 2.9 created during the creation
 * of its stream answers requests for information, and never delivers a message or heartbeat.
 */
async function deleteUnused(nats: NatsConnection, name: string, { stream, consumer }: FollowOptions): Promise<void> {
  const { consumers } = await nats.jetstreamManager(JETSTREAM);
  const { ack_floor } = await consumers.info(stream, name);
  if (!consumer.durable_name || ack_floor.consumer_seq === 0) await consumers.delete(stream, name);
}
