import type { Recorded } from '@syntropic/kernel';
import { connectNats, domainMessage, ensureStreams, LOG_HEAD } from '@syntropic/messaging';
import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { LiveTail } from './live-tail';

const nats = useNats();

const EPOCH = '4f0f6b52-5b3a-4d0e-8a55-0a4f0c1f0001';
const ANOTHER_EPOCH = '4f0f6b52-5b3a-4d0e-8a55-0a4f0c1f0002';

let connection: NatsConnection;
let tail: LiveTail;
let stop: AbortController;
let listening: Promise<void>;
let news: number;

/** Attached, and level with a log that is empty. */
beforeEach(async () => {
  connection = await connectNats({ url: nats.url, name: 'spec' });
  await ensureStreams(connection, { replicas: 1 });
  news = 0;
  stop = new AbortController();
  tail = new LiveTail(EPOCH, () => {
    news += 1;
  });
  listening = tail.listen(connection, stop.signal);
  await eventually(() => {
    connection.publish(LOG_HEAD, JSON.stringify({ position: 0, epoch: EPOCH }));
    tail.startOver();
    return tail.isLevelWith(0);
  });
});
afterEach(async () => {
  stop.abort();
  await listening;
  await connection.close();
});

const event = (position: number): Recorded => ({
  position,
  stream: 'execution-x',
  version: position,
  id: '6f1b1c58-43a5-5d0e-9a0e-7e2f0f7d1c11',
  type: 'Counted',
  data: { position },
  metadata: {
    commandId: 'c',
    correlationId: 'r',
    causationId: 'a',
    actor: { kind: 'user', id: 'ada' },
    schemaVersion: 1,
    bodyHash: 'h',
  },
  recordedAt: '2026-03-01T10:00:00.123Z',
});

/** Resolves when the tail has heard of all of them. */
async function publish(positions: readonly number[], epoch = EPOCH): Promise<void> {
  const before = news;
  for (const position of positions) {
    const envelope = { epoch, maxPayload: 2 ** 20, contextOf: () => 'orchestration' };
    const { subject, data, headers } = domainMessage(event(position), envelope);
    await connection.jetstream().publish(subject, data, { headers });
  }
  await eventually(() => news >= before + (epoch === EPOCH ? positions.length : 0));
}

describe('the live tail', () => {
  it('hands out what follows, as much as is asked for', async () => {
    await publish([1, 2, 3]);

    expect(tail.take(0, 2)).toEqual([event(1), event(2)]);
    expect(tail.take(2, 2)).toEqual([event(3)]);
    expect(tail.isLevelWith(3)).toBe(true);
  });

  it('ignores what came before and what came twice', async () => {
    await publish([1, 2, 2, 1, 3]);

    expect(tail.take(1, 10)).toEqual([event(2), event(3)]);
  });

  it.each([
    ['between two', [1, 2, 4, 5], 0],
    ['before the first', [3, 4], 0],
  ])('claims nothing once there is a gap %s', async (_, positions, after) => {
    await publish(positions);

    expect(tail.take(after, 10)).toEqual([]);
    expect(tail.isLevelWith(after)).toBe(false);
  });

  it('knows nothing of another epoch, but that it has begun', async () => {
    await publish([1], ANOTHER_EPOCH);
    await publish([1]);
    connection.publish(LOG_HEAD, JSON.stringify({ position: 9, epoch: ANOTHER_EPOCH }));

    await eventually(() => tail.successor === ANOTHER_EPOCH);
    expect(tail.take(0, 10)).toEqual([event(1)]);
    expect(tail.isLevelWith(1)).toBe(true);
  });
});
