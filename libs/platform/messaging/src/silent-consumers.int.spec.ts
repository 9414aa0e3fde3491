import { eventually, useNats } from '@syntropic/testing';
import { AckPolicy, type ConsumerConfig, type NatsConnection } from 'nats';
import { setMaxListeners } from 'node:events';
import { connectNats, drainAndClose } from './connection';
import { followStream } from './follow-stream';

const nats = useNats();

const DURABLE = { ack_policy: AckPolicy.Explicit };
const EPHEMERAL: Partial<ConsumerConfig> = { ack_policy: AckPolicy.None };

/** nats-server 2.9 makes silent consumers on about one stream in ten; later servers make none. */
const STREAMS = 60;

let connections: NatsConnection[];
let operator: NatsConnection;

beforeAll(async () => {
  const connecting = Array.from({ length: 8 }, () => connectNats({ url: nats.url, name: 'follower' }));
  connections = await Promise.all(connecting);
  operator = await connectNats({ url: nats.url, name: 'operator' });
});
afterAll(() => Promise.all([operator, ...connections].map(drainAndClose)));

/** Creates durable consumers for as long as the stream is being created. Resolves with their names. */
async function createDuring(connection: NatsConnection, stream: string, prefix: string, created: () => boolean) {
  const { consumers } = await connection.jetstreamManager({ checkAPI: false });
  const names: string[] = [];
  while (!created()) {
    const durable_name = `${prefix}-${names.length}`;
    const added = await consumers.add(stream, { ...DURABLE, durable_name }).catch(() => undefined);
    if (added) names.push(durable_name);
  }
  return names;
}

/** Creates a stream with a message, and many consumers during its creation. Resolves with those that deliver nothing. */
async function streamWithConsumers(stream: string): Promise<readonly string[]> {
  const manager = await operator.jetstreamManager({ checkAPI: false });
  let isCreated = false;
  const creating = connections.map((connection, ordinal) =>
    createDuring(connection, stream, `reader-${ordinal}`, () => isCreated),
  );
  await manager.streams.add({ name: stream, subjects: [stream] });
  isCreated = true;
  const names = (await Promise.all(creating)).flat();
  await operator.jetstream().publish(stream, 'a fact');

  const delivered = await Promise.all(names.map((name) => delivers(stream, name)));
  return names.filter((_, index) => !delivered[index]);
}

async function delivers(stream: string, name: string): Promise<boolean> {
  const consumer = await operator.jetstream().consumers.get(stream, name);
  return (await consumer.next({ expires: 1_000 })) !== null;
}

function follow(stream: string, consumer: Partial<ConsumerConfig>, signal: AbortSignal) {
  const received: string[] = [];
  const onMessage = (message: { string: () => string; ack: () => void }) => {
    received.push(message.string());
    message.ack();
  };
  const ended = followStream(operator, { stream, consumer, maxInFlight: 10, onMessage, retryMs: 1 }, signal);
  return { received, ended };
}

describe('a consumer that the server created and never serves', () => {
  it('is created again by its followers, durable or not, and they receive every message', async () => {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const followers: ReturnType<typeof follow>[] = [];
    let silent: readonly string[] = [];
    for (let ordinal = 0; ordinal < STREAMS && silent.length === 0; ordinal++) {
      const stream = `FACTS-${ordinal}`;
      followers.push(...connections.map(() => follow(stream, EPHEMERAL, stop.signal)));
      silent = await streamWithConsumers(stream);
      followers.push(...silent.map((durable_name) => follow(stream, { ...DURABLE, durable_name }, stop.signal)));
    }

    await eventually(() => followers.every(({ received }) => received.includes('a fact')));

    stop.abort();
    await Promise.all(followers.map(({ ended }) => ended));
  }, 120_000);
});
