import { BatchRefused, LeaseLost, linesOfMessage, SHARED_TELEMETRY, TELEMETRY_STREAM } from '@syntropic/telemetry';
import { randomUUID } from 'node:crypto';
import { numbered, useCollectors } from './testing/collector.fixture';

const collectors = useCollectors();

/** Returns a function that counts the batches of the first message from now on: a slow machine sends copies after it. */
async function followFirstMessage(): Promise<() => Promise<number>> {
  const { streams } = await (await collectors.connect('command-service')).jetstreamManager();
  const { last_seq } = (await streams.info(TELEMETRY_STREAM)).state;
  return async () => linesOfMessage((await streams.getMessage(TELEMETRY_STREAM, { seq: last_seq + 1 })).data).length;
}

describe('batches of several sessions that are ready together', () => {
  it('travel in one message, and each is stored and answered', async () => {
    await collectors.start();
    const batchesOfFirst = await followFirstMessage();
    const sent = Array.from({ length: 5 }, collectors.session).map(({ event, batch, stored }) => {
      const events = [event(), event()];
      return { events, stored, answer: collectors.send(batch(1, events)) };
    });

    await expect(Promise.all(sent.map(({ answer }) => answer))).resolves.toEqual(sent.map(() => ({ committed: 2 })));
    for (const { events, stored } of sent) await expect(stored()).resolves.toEqual(numbered(events));
    await expect(batchesOfFirst()).resolves.toBe(5);
  });

  it('are refused one by one: another lease, or a batch that is none, costs no other its answer', async () => {
    await collectors.start();
    const [fine, lost, foreign] = [collectors.session(), collectors.session(), collectors.session()];
    await collectors.send(lost.batch(1, [lost.event()], 2));
    const events = [fine.event()];

    const answers = await Promise.allSettled([
      collectors.send(foreign.batch(1, [{ ...foreign.event(), sessionId: randomUUID() }])),
      collectors.send(lost.batch(2, [lost.event()], 1)),
      collectors.send(fine.batch(1, events)),
    ]);

    expect(answers).toEqual([
      { status: 'rejected', reason: expect.any(BatchRefused) as BatchRefused },
      { status: 'rejected', reason: expect.any(LeaseLost) as LeaseLost },
      { status: 'fulfilled', value: { committed: 1 } },
    ]);
    await expect(fine.stored()).resolves.toEqual(numbered(events));
    const { rows } = await collectors.database.pool.query<{ body: Buffer }>(
      'select body from ops.dead_letters where subject = $1',
      [SHARED_TELEMETRY],
    );
    expect(rows.map(({ body }) => JSON.parse(body.toString()) as unknown)).toMatchObject([
      { sessionId: foreign.sessionId },
    ]);
  });

  it('are divided among messages that are not too large', async () => {
    await collectors.start();
    const batchesOfFirst = await followFirstMessage();
    const text = 'x'.repeat(collectors.maxPayload() / 3);
    const sent = Array.from({ length: 4 }, collectors.session).map(({ event, batch }) =>
      collectors.send(batch(1, [event({ text })])),
    );

    await expect(Promise.all(sent)).resolves.toEqual(sent.map(() => ({ committed: 1 })));
    await expect(batchesOfFirst()).resolves.toBe(2);
  });
});
