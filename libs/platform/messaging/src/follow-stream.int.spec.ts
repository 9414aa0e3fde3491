import { eventually, useNats } from '@syntropic/testing';
import { AckPolicy, DeliverPolicy, type ConsumerConfig, type JetStreamManager, type NatsConnection } from 'nats';
import { connectNats, hangUp } from './connection';
import { followStream, type Following } from './follow-stream';

const nats = useNats();
const EPHEMERAL = { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.New };
const DURABLE = { ack_policy: AckPolicy.Explicit, durable_name: 'reader' };

let operator: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  operator = await connectNats({ url: nats.url, name: 'operator' });
  manager = await operator.jetstreamManager({ checkAPI: false });
});
afterAll(() => hangUp(operator));
beforeEach(() => makeStream());
afterEach(async () => {
  await eventually(() => manager.streams.delete('FACTS'));
});

const makeStream = () => eventually(() => manager.streams.add({ name: 'FACTS', subjects: ['facts'] }));
const tell = (fact: string) => eventually(() => operator.jetstream({ timeout: 500 }).publish('facts', fact));

/** Follows over a connection of its own, and keeps what it hears. */
async function follow(consumer: Partial<ConsumerConfig>, options: Partial<Following> = {}) {
  const connection = await connectNats({ url: nats.url, name: 'follower' });
  const stop = new AbortController();
  const heard: string[] = [];
  const seen = { attached: 0, detached: 0 };
  const ended = followStream(
    connection,
    {
      stream: 'FACTS',
      consumer,
      atOnce: 10,
      onMessage: (message) => {
        heard.push(message.string());
        if (consumer.ack_policy === AckPolicy.Explicit) message.ack();
      },
      onAttached: () => seen.attached++,
      onDetached: () => seen.detached++,
      retryMs: 20,
      ...options,
    },
    stop.signal,
  );
  ended.catch(() => undefined);
  return {
    connection,
    ended,
    heard,
    seen,
    attached: (times = 1) => eventually(() => seen.attached >= times, { within: 20_000 }),
    hears: (fact: string) => eventually(() => heard.includes(fact), { within: 20_000 }),
    async stop() {
      stop.abort();
      await ended;
      await hangUp(connection);
    },
  };
}

const mishaps = {
  async 'its consumer is deleted'() {
    const consumers = await manager.consumers.list('FACTS').next();
    for (const { name } of consumers) await manager.consumers.delete('FACTS', name);
  },
  async 'the stream is deleted and made again'() {
    await manager.streams.delete('FACTS');
    await makeStream();
  },
  async 'the server is wiped'() {
    await nats.wipe();
    await makeStream();
  },
};

describe.each(Object.entries(mishaps))('when %s, a follower', (_, happen) => {
  it.each([
    ['an ephemeral', EPHEMERAL],
    ['a durable', DURABLE],
  ])('with %s consumer says so, makes it again and hears what follows', async (_kind, consumer) => {
    const follower = await follow(consumer);
    await follower.attached();
    await tell('before');
    await follower.hears('before');

    await happen();
    await follower.attached(2);
    // A server that has just begun may refuse the first pull, and what an ephemeral consumer missed meanwhile it never hears.
    await eventually(
      async () => {
        await tell('after');
        return follower.heard.includes('after');
      },
      { within: 20_000 },
    );
    expect(follower.seen.detached).toBe(follower.seen.attached - 1);
    await follower.stop();
  });
});

describe('a durable consumer', () => {
  it.each([
    ['the stream is emptied', () => manager.streams.purge('FACTS')],
    [
      'the server is killed and comes back',
      async () => {
        await nats.kill();
        await nats.start();
      },
    ],
  ])('keeps its place when %s', async (_, happen) => {
    const follower = await follow(DURABLE);
    await tell('before');
    await follower.hears('before');

    await happen();
    await tell('after');

    await follower.hears('after');
    expect(follower.heard).toEqual(['before', 'after']);
    await follower.stop();
  });

  it('hears what came while nobody followed, an ephemeral one does not', async () => {
    await (await followedOnce(DURABLE)).stop();
    await (await followedOnce(EPHEMERAL)).stop();
    await tell('meanwhile');

    const [durable, ephemeral] = [await follow(DURABLE), await follow(EPHEMERAL)];
    await ephemeral.attached();
    await tell('now');
    await Promise.all([durable.hears('now'), ephemeral.hears('now')]);

    expect(durable.heard).toEqual(['meanwhile', 'now']);
    expect(ephemeral.heard).toEqual(['now']);
    await Promise.all([durable.stop(), ephemeral.stop()]);
  });

  async function followedOnce(consumer: Partial<ConsumerConfig>) {
    const follower = await follow(consumer);
    await follower.attached();
    return follower;
  }
});

describe('a follower', () => {
  it('waits for a stream that is missing, for ever or until its patience ends', async () => {
    await manager.streams.delete('FACTS');
    const [patient, other] = [await follow(DURABLE), await follow(DURABLE, { patience: 3 })];
    await expect(other.ended).rejects.toThrow('stream not found');

    await makeStream();
    await patient.attached();
    await patient.stop();
    await hangUp(other.connection);
  });

  it('ends when it is told to while its consumer is still being made', async () => {
    const follower = await follow(EPHEMERAL);

    await follower.stop();

    expect(follower.seen.detached).toBe(follower.seen.attached);
  });

  it('ends with its connection', async () => {
    const follower = await follow(EPHEMERAL);
    await follower.attached();

    await hangUp(follower.connection);

    await follower.ended;
    expect(follower.seen.detached).toBe(1);
  });
});
