import { eventually, useNats } from '@syntropic/testing';
import { AckPolicy, DeliverPolicy, type ConsumerConfig, type JetStreamManager, type NatsConnection } from 'nats';
import { connectNats, drainAndClose } from './connection';
import { followStream, type FollowOptions } from './follow-stream';

const nats = useNats();
const EPHEMERAL = { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.New };
const DURABLE = { ack_policy: AckPolicy.Explicit, durable_name: 'reader' };

let operator: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  operator = await connectNats({ url: nats.url, name: 'operator' });
  manager = await operator.jetstreamManager({ checkAPI: false });
});
afterAll(() => drainAndClose(operator));
beforeEach(() => makeStream());
afterEach(() =>
  eventually(async () => {
    // An earlier attempt may have deleted it without an answer.
    const names = await manager.streams.names().next();
    if (names.includes('FACTS')) await manager.streams.delete('FACTS');
  }),
);

const makeStream = () => eventually(() => manager.streams.add({ name: 'FACTS', subjects: ['facts'] }));
const publish = (fact: string) => eventually(() => operator.jetstream({ timeout: 500 }).publish('facts', fact));

/** A server that has just started may end the first consumer, and an ephemeral one never receives what it has missed. */
const publishUntilReceived = (fact: string, followers: readonly Follower[]) =>
  eventually(async () => {
    await publish(fact);
    return followers.every(({ received }) => received.includes(fact));
  });

const distinct = (facts: readonly string[]) => [...new Set(facts)];

type Follower = Awaited<ReturnType<typeof follow>>;

/** Follows over a connection of its own, and records the received messages. */
async function follow(consumer: Partial<ConsumerConfig>, options: Partial<FollowOptions> = {}) {
  const connection = await connectNats({ url: nats.url, name: 'follower' });
  const stop = new AbortController();
  const received: string[] = [];
  const seen = { attached: 0, detached: 0 };
  const ended = followStream(
    connection,
    {
      stream: 'FACTS',
      consumer,
      maxInFlight: 10,
      onMessage: (message) => {
        received.push(message.string());
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
    received,
    seen,
    attached: (times = 1) => eventually(() => seen.attached >= times),
    receives: (fact: string) => eventually(() => received.includes(fact)),
    async stop() {
      stop.abort();
      await ended;
      await drainAndClose(connection);
    },
  };
}

const failures = {
  async 'its consumer is deleted'() {
    const consumers = await manager.consumers.list('FACTS').next();
    for (const { name } of consumers) await manager.consumers.delete('FACTS', name);
  },
  async 'the stream is deleted and created again'() {
    await manager.streams.delete('FACTS');
    await makeStream();
  },
  async 'the server is wiped'() {
    await nats.wipe();
    await makeStream();
  },
};

describe.each(Object.entries(failures))('when %s, a follower', (_, happen) => {
  it.each([
    ['an ephemeral', EPHEMERAL],
    ['a durable', DURABLE],
  ])('with %s consumer reports it, creates the consumer again and receives later messages', async (_kind, consumer) => {
    const follower = await follow(consumer);
    await follower.attached();
    await publish('before');
    await follower.receives('before');

    await happen();
    await follower.attached(2);
    await publishUntilReceived('after', [follower]);
    await eventually(() => {
      expect(follower.seen.detached).toBe(follower.seen.attached - 1);
    });
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
  ])('keeps its position when %s', async (_, happen) => {
    const follower = await follow(DURABLE);
    await publish('before');
    await follower.receives('before');
    await acknowledged();

    await happen();
    await publish('after');

    await follower.receives('after');
    expect(follower.received).toEqual(['before', 'after']);
    await follower.stop();
  });

  it('receives messages from before it was followed, an ephemeral one does not', async () => {
    await (await followedOnce(DURABLE)).stop();
    await (await followedOnce(EPHEMERAL)).stop();
    await publish('meanwhile');

    const [durable, ephemeral] = [await follow(DURABLE), await follow(EPHEMERAL)];
    await ephemeral.attached();
    await publishUntilReceived('now', [durable, ephemeral]);

    expect(distinct(durable.received)).toEqual(['meanwhile', 'now']);
    expect(distinct(ephemeral.received)).toEqual(['now']);
    await Promise.all([durable.stop(), ephemeral.stop()]);
  });

  /** Until the server has the acknowledgement, it may deliver the message again. */
  const acknowledged = () =>
    eventually(async () => (await manager.consumers.info('FACTS', DURABLE.durable_name)).num_ack_pending === 0);

  async function followedOnce(consumer: Partial<ConsumerConfig>) {
    const follower = await follow(consumer);
    await follower.attached();
    return follower;
  }
});

describe('a follower', () => {
  it('waits for a stream that is missing, without limit or for a number of failures', async () => {
    await manager.streams.delete('FACTS');
    const [unlimited, limited] = [await follow(DURABLE), await follow(DURABLE, { maxFailures: 3 })];
    await expect(limited.ended).rejects.toThrow('stream not found');

    await makeStream();
    await unlimited.attached();
    await unlimited.stop();
    await drainAndClose(limited.connection);
  });

  it('ends with the signal while its consumer is still being created', async () => {
    const follower = await follow(EPHEMERAL);

    await follower.stop();

    expect(follower.seen.detached).toBe(follower.seen.attached);
  });

  it('ends with its connection', async () => {
    const follower = await follow(EPHEMERAL);
    await follower.attached();

    await drainAndClose(follower.connection);

    await follower.ended;
    expect(follower.seen.detached).toBe(follower.seen.attached);
  });
});
