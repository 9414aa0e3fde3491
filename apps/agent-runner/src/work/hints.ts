import { AckPolicy, nanos, type NatsConnection } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';

const MISSING_MS = 1_000;
const ACK_WAIT_MS = 2_000;

/** Hears of work for these backends until the signal. A hint goes to one runner; one that is lost costs a few seconds. */
export async function followHints(
  nats: NatsConnection,
  backends: readonly string[],
  onHint: () => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(backends.map((backend) => follow(nats, backend, onHint, signal)));
}

async function follow(nats: NatsConnection, backend: string, onHint: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !nats.isClosed()) {
    // A stream that is missing is made again by the relay.
    await consume(nats, backend, onHint, signal).catch(() => undefined);
    await pause(MISSING_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function consume(nats: NatsConnection, backend: string, onHint: () => void, signal: AbortSignal): Promise<void> {
  const durable = `runners-${backend}`;
  const manager = await nats.jetstreamManager({ checkAPI: false });
  await manager.consumers.add('WORK', {
    durable_name: durable,
    filter_subject: `work.${backend}`,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
  });
  const consumer = await nats.jetstream().consumers.get('WORK', durable);
  const messages = await consumer.consume({
    max_messages: 1,
    expires: 10_000,
    idle_heartbeat: 2_000,
    abort_on_missing_resource: true,
    callback: (message) => {
      message.ack();
      onHint();
    },
  });
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener('abort', stop);
  await messages.closed();
  signal.removeEventListener('abort', stop);
}
