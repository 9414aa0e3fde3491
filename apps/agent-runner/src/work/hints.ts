import { followStream } from '@syntropic/messaging';
import { AckPolicy, nanos, type JsMsg, type NatsConnection } from 'nats';

const ACK_WAIT_MS = 2_000;

/** Hears of work for these backends until the signal. A hint goes to one runner; one that is lost costs a few seconds. */
export async function followHints(
  nats: NatsConnection,
  backends: readonly string[],
  onHint: (message: JsMsg) => void,
  signal: AbortSignal,
): Promise<void> {
  // A stream that is missing is made again by the relay.
  await Promise.all(backends.map((backend) => followStream(nats, hintsFor(backend, onHint), signal)));
}

const hintsFor = (backend: string, onHint: (message: JsMsg) => void) => ({
  stream: 'WORK',
  consumer: {
    durable_name: `runners-${backend}`,
    filter_subject: `work.${backend}`,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
  },
  maxInFlight: 1,
  onMessage: (message: JsMsg) => {
    message.ack();
    onHint(message);
  },
});
