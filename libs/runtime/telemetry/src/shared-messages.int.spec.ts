import { connectNats, drainAndClose } from '@syntropic/messaging';
import { useNats } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { NatsConnection } from 'nats';
import { CollectorClient } from './collector-client';
import { MALFORMED, REPLY_HEADER, type SpooledBatch } from './telemetry-batch';

describe('a collector of an older build, which reads one batch in a message', () => {
  const bus = useNats();
  const open: NatsConnection[] = [];
  const connect = async (name: string) => {
    const nats = await connectNats({ url: bus.url, name });
    open.push(nats);
    return nats;
  };
  afterAll(() => Promise.all(open.map(drainAndClose)));

  /** Answers like it, and returns the bodies that it has received. */
  async function olderCollector(): Promise<readonly string[]> {
    const nats = await connect('collector');
    const received: string[] = [];
    nats.subscribe('telemetry.>', {
      callback: (_, { data, headers }) => {
        const body = Buffer.from(data).toString();
        received.push(body);
        nats.publish(headers?.get(REPLY_HEADER) ?? '', JSON.stringify(replyTo(body)));
      },
    });
    await nats.flush();
    return received;
  }

  it('gets them one by one once it has refused them together', async () => {
    const received = await olderCollector();
    const client = new CollectorClient(await connect('runner'));
    const batches = [aBatch(), aBatch()];

    const together = await Promise.all(batches.map((batch) => client.sendBatch(batch)));
    await Promise.all(batches.map((batch) => client.sendBatch(batch)));

    expect(together).toEqual([{ committed: 3 }, { committed: 3 }]);
    const alone = batches.map((batch) => JSON.stringify(batch));
    expect(received).toEqual([alone.join('\n'), ...alone, ...alone]);
    client.close();
  });
});

function replyTo(body: string) {
  try {
    return { committed: (JSON.parse(body) as SpooledBatch).lastLine };
  } catch {
    return { refused: MALFORMED };
  }
}

function aBatch(): SpooledBatch {
  const sessionId = randomUUID();
  return {
    sessionId,
    executionId: 'exec-0123456789ab',
    lease: { sessionId, token: 1 },
    firstLine: 1,
    lastLine: 3,
    events: [],
  };
}
