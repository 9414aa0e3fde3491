import { allUpTo, goBack, useRelayedLog } from '../testing/relayed-log';
import { eventually } from '@syntropic/testing';

const relayed = useRelayedLog();

type Restoration = Readonly<{ shared: number; seen: number }>;

const restorations = async (): Promise<readonly Restoration[]> =>
  (await relayed.database.pool.query<Restoration>('select shared, seen from log.restorations order by began_at')).rows;

describe('a log that goes back', () => {
  it('begins a new epoch under its relay, whose stream goes on behind the last shared position', async () => {
    const relay = await relayed.startRelay();
    const head = await relayed.append(10);
    await relayed.published(head);
    const { epoch } = await relayed.log().head();

    await goBack(relayed.database, head - 4);
    await eventually(async () => (await restorations()).length === 1);
    const next = await relayed.append(2);

    expect(await relayed.published(next)).toEqual([next - 1, next]);
    expect(await restorations()).toEqual([{ shared: head - 4, seen: head }]);
    expect((await relayed.log().head()).epoch).not.toBe(epoch);
    await relay.stop();
  });

  it('begins one also when it is longer again, with other events, before a relay looks', async () => {
    const first = await relayed.startRelay();
    const head = await relayed.append(10);
    await relayed.published(head);
    await first.stop();
    await goBack(relayed.database, head - 7);
    const longer = await relayed.append(20);

    const relay = await relayed.startRelay();

    expect(await relayed.published(longer)).toEqual(allUpTo(longer).slice(head - 7));
    expect((await restorations()).at(-1)).toEqual({ shared: head - 7, seen: head });
    await relay.stop();
  });

  it('begins one when the stream is lost too', async () => {
    const first = await relayed.startRelay();
    const head = await relayed.append(10);
    await relayed.published(head);
    await relayed.stored();
    await first.stop();
    await relayed.nats.wipe();
    await goBack(relayed.database, head - 3);

    const relay = await relayed.startRelay();

    await eventually(async () => (await restorations()).at(-1)?.seen === head);
    expect((await restorations()).at(-1)).toEqual({ shared: head - 3, seen: head });
    await relay.stop();
  });
});
