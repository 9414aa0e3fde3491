import { randomUUID } from 'node:crypto';
import { collected, useIngestion } from '../testing/ingest.fixture';

const { sendEvents, collectors, rows } = useIngestion();

const BATCHES = 30;
const EVENTS = 1_000;

describe('while the store stands still', () => {
  it('what the buffer has no room for is refused with when to come back, and the rest is stored', async () => {
    const lock = await collectors.database.pool.connect();
    await lock.query('begin; lock table telemetry.seen in access exclusive mode');
    const batches = Array.from({ length: BATCHES }, () => {
      const sessionId = randomUUID();
      const events = Array.from({ length: EVENTS }, () => collected(sessionId));
      return { sessionId, events, answer: sendEvents(events) };
    });
    // Those with room have no answer before the store goes on.
    const refused = await Promise.any(
      batches.map(async ({ answer }) => {
        const { status, headers, body } = await answer;
        if (status !== 429) throw new Error(`answered ${status}`);
        return { retryAfter: headers.get('retry-after'), body };
      }),
    );
    await lock.query('commit');
    lock.release();

    expect(refused).toMatchObject({ retryAfter: '1', body: { status: 429, code: 'telemetry.buffer_full' } });
    const statuses = await Promise.all(batches.map(async ({ answer }) => (await answer).status));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    for (const [index, { sessionId, events }] of batches.entries()) {
      await expect(rows(sessionId)).resolves.toHaveLength(statuses[index] === 200 ? EVENTS : 0);
      if (statuses[index] !== 200) {
        await expect(sendEvents(events)).resolves.toMatchObject({ status: 200 });
        await expect(rows(sessionId)).resolves.toHaveLength(EVENTS);
      }
    }
  }, 60_000);
});
