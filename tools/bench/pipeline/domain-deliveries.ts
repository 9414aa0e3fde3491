import { connectNats } from '@syntropic/messaging';
import type { ConsumerInfo, JetStreamManager, NatsConnection } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';

const STREAM = 'DOMAIN';
/** Each pull request names the consumer in its subject and the service in its reply. */
const PULL_REQUESTS = `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.*`;
const SAMPLE_EVERY_MS = 1_000;

/** Messages that the server delivered from the stream, in all and to each service, and events published to it meanwhile. */
export type Deliveries = Readonly<{ events: number; byService: ReadonlyMap<string, number> }>;

/** Counts while `work` goes on. Consumers are sampled, because an ephemeral one may end or be made anew meanwhile. */
export async function deliveriesDuring(url: string, work: () => Promise<void>): Promise<Deliveries> {
  const nats = await connectNats({ url, name: 'bench-deliveries' });
  try {
    const manager = await nats.jetstreamManager();
    const services = servicesByConsumer(nats);
    const counts = new DeliveryCounts(await consumersOf(manager));
    const before = await lastSequence(manager);

    const sampling = new AbortController();
    const samples = sampled(() => consumersOf(manager), counts, sampling.signal);
    await work().finally(() => {
      sampling.abort();
    });
    await samples;
    counts.add(await consumersOf(manager));
    return { events: (await lastSequence(manager)) - before, byService: counts.by(services) };
  } finally {
    await nats.close();
  }
}

type Sample = readonly Readonly<{ name: string; delivered: number }>[];

/** Deliveries since the first sample. */
class DeliveryCounts {
  readonly #first: ReadonlyMap<string, number>;
  readonly #latest = new Map<string, number>();

  constructor(first: Sample) {
    this.#first = new Map(first.map(({ name, delivered }) => [name, delivered]));
    this.add(first);
  }

  add(sample: Sample): void {
    for (const { name, delivered } of sample) this.#latest.set(name, delivered);
  }

  /** Summed by the service of each consumer; one without a known service counts under its own name. */
  by(services: ReadonlyMap<string, string>): Map<string, number> {
    const sums = new Map<string, number>();
    for (const [name, delivered] of this.#latest) {
      const service = services.get(name) ?? name;
      sums.set(service, (sums.get(service) ?? 0) + delivered - (this.#first.get(name) ?? 0));
    }
    return sums;
  }
}

async function sampled(take: () => Promise<Sample>, counts: DeliveryCounts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    counts.add(await take());
  }
}

function servicesByConsumer(nats: NatsConnection): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  nats.subscribe(PULL_REQUESTS, {
    callback: (_, { subject, reply = '' }) => {
      services.set(subject.split('.').at(-1) ?? '', serviceOfInbox(reply));
    },
  });
  return services;
}

/** Inboxes begin with `_INBOX.<user>.`, and every service has a user of its own name. */
const serviceOfInbox = (inbox: string): string => inbox.split('.')[1] ?? '';

async function consumersOf(manager: JetStreamManager): Promise<Sample> {
  const consumers: ConsumerInfo[] = [];
  for await (const consumer of manager.consumers.list(STREAM)) consumers.push(consumer);
  return consumers.map(({ name, delivered }) => ({ name, delivered: delivered.consumer_seq }));
}

const lastSequence = async (manager: JetStreamManager): Promise<number> =>
  (await manager.streams.info(STREAM)).state.last_seq;
