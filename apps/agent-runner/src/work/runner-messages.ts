import { controlSubject, followStream } from '@syntropic/messaging';
import { WorkHint } from '@syntropic/orchestration/contracts';
import { AckPolicy, nanos, type JsMsg, type Msg, type NatsConnection } from 'nats';

const ACK_WAIT_MS = 2_000;

/** Undefined for a message without a valid hint, which only wakes the runner. */
export type OnHint = (hint: WorkHint | undefined) => void;

/** Messages of the command service to runners. A lost one costs a few seconds: runners also poll. */
export class RunnerMessages {
  constructor(
    private readonly nats: NatsConnection,
    /** The connection's user, for whom the messages to this runner are. */
    private readonly user: string | undefined,
  ) {}

  /** Receives hints of work for these backends until the signal. Each hint goes to one runner. */
  async followHints(backends: readonly string[], onHint: OnHint, signal: AbortSignal): Promise<void> {
    // A missing stream is created again by the relay.
    await Promise.all(backends.map((backend) => followStream(this.nats, hintsFor(backend, onHint), signal)));
  }

  /** Receives the messages for this runner alone: it has to renew its leases now. Returns the function that unsubscribes. */
  onControl(runner: string, onMessage: OnHint): () => void {
    const subscription = this.nats.subscribe(controlSubject(runner, this.user), {
      callback: (_, message) => {
        onMessage(hintIn(message));
      },
    });
    return () => {
      if (!this.nats.isClosed()) subscription.unsubscribe();
    };
  }
}

const hintsFor = (backend: string, onHint: OnHint) => ({
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
    onHint(hintIn(message));
  },
});

function hintIn(message: Pick<Msg, 'json'>): WorkHint | undefined {
  try {
    return WorkHint.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
}
