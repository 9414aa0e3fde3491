import { eventually } from '@syntropic/testing';
import { useRelayedLog } from '../testing/relayed-log';
import { relayParts } from './relay-part';

describe('for health, the relay', () => {
  const relayed = useRelayedLog();
  const part = async () => (await relayParts(relayed.database.pool))[0];

  it('is well while it publishes', async () => {
    const relay = await relayed.startRelay();
    await relayed.published(await relayed.append(3));
    await eventually(async () => (await part())?.behind === 0);

    await eventually(async () => ((await part())?.seconds ?? 60) < 5);
    await relay.stop();
  });

  it('stands still since its last sign when no replica runs it', async () => {
    await relayed.database.pool.query(`update ops.relay set seen_at = '2026-01-02T03:04:05Z'`);

    expect(await part()).toMatchObject({ since: '2026-01-02T03:04:05.000Z', why: 'no replica runs it' });
  });

  it('stands still since the first event that it has not published was recorded', async () => {
    const head = await relayed.append(2);
    await relayed.database.pool.query(`update ops.relay set seen_at = clock_timestamp() + interval '1 hour'`);
    const [event] = (await relayed.log().read(head - 2, 1)).events;

    expect(await part()).toMatchObject({ behind: 2, since: event?.recordedAt, why: 'it publishes no further' });
  });
});
