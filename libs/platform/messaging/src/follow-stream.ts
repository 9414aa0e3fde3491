import { nanos, type ConsumerConfig, type ConsumerMessages, type JsMsg, type NatsConnection } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';

export type Following = Readonly<{
  stream: string;
  /** What JetStream is asked for: a durable consumer is joined where it exists, an ephemeral one is made anew each time. */
  consumer: Partial<ConsumerConfig>;
  /** Messages that are on their way to us at most. */
  atOnce: number;
  onMessage: (message: JsMsg) => void;
  /** Each time the consumer is there: what an ephemeral one has missed until then it never hears. */
  onAttached?: () => void;
  onDetached?: () => void;
  retryMs?: number;
  /** Vain attempts in a row after which the fault is thrown; unless told otherwise none is. */
  patience?: number;
}>;

/** A server that went away meanwhile never answers, and asking twice harms nobody here. */
const JETSTREAM = { checkAPI: false, timeout: 2_000 };
const PULL_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const RETRY_MS = 1_000;

/**
 * Hears a stream until the signal, or until the connection is closed. nats.js neither ends nor throws when a consumer or its stream
 * is gone: it is told to, and whatever ends a consumer, it is made again.
 */
export async function followStream(nats: NatsConnection, following: Following, signal: AbortSignal): Promise<void> {
  const { retryMs = RETRY_MS, patience = Infinity } = following;
  for (let failures = 0; !signal.aborted && !nats.isClosed();) {
    try {
      await hear(nats, following, signal);
      failures = 0;
    } catch (error) {
      if (++failures >= patience) throw error;
    }
    await pause(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function hear(nats: NatsConnection, following: Following, signal: AbortSignal): Promise<void> {
  const messages = await consumed(nats, following);
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener('abort', stop);
  // The signal may have come while the consumer was made, and is not heard again.
  if (signal.aborted) stop();

  following.onAttached?.();
  // A closed connection ends no consumer.
  await Promise.race([messages.closed(), nats.closed()]);
  stop();
  signal.removeEventListener('abort', stop);
  following.onDetached?.();
}

async function consumed(
  nats: NatsConnection,
  { stream, consumer, atOnce, onMessage }: Following,
): Promise<ConsumerMessages> {
  const { consumers } = await nats.jetstreamManager(JETSTREAM);
  const { name } = await consumers.add(stream, {
    // An ephemeral consumer outlives whoever is only away for a moment.
    ...(!consumer.durable_name && { inactive_threshold: nanos(3 * PULL_MS) }),
    ...consumer,
  });
  const made = await nats.jetstream(JETSTREAM).consumers.get(stream, name);
  return made.consume({
    callback: onMessage,
    max_messages: atOnce,
    expires: PULL_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
}
