import { recordedOf } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { EventAppender } from '../event-appender';
import type { EventLog } from '../event-log';
import { allUpTo, appendRequestOf, goBack, useRelayedLog } from '../testing/relayed-log';
import { RecentEvents } from './recent-events';

const relayed = useRelayedLog();

/** A relay, and an appender of the same process. */
async function withAppender(log: EventLog = relayed.log()) {
  const recent = new RecentEvents();
  const relay = await relayed.startRelay({ recent }, log);
  const appender = new EventAppender(relayed.pool(), { onAppended: (appended) => recent.add(appended) });
  return {
    relay,
    append: async (count: number): Promise<number> => {
      const outcome = await appender.append({ ...appendRequestOf(count), stream: `execution-${randomUUID()}` });
      if (outcome.is !== 'appended') throw new Error(`the append was ${outcome.is}`);
      return outcome.position;
    },
  };
}

/** A log whose pages are empty from a position on. */
function endingAt(end: number): EventLog {
  const log = relayed.log();
  return {
    head: () => log.head(),
    readStream: (...page) => log.readStream(...page),
    async read(after, limit) {
      const page = await log.read(after, limit);
      return { ...page, events: page.events.filter(({ position }) => position <= end) };
    },
  };
}

describe('a relay in the process that appends', () => {
  it('publishes its events without reading them, complete as the log has them', async () => {
    const first = await relayed.append(1);
    const { relay, append } = await withAppender(endingAt(first + 1));
    await relayed.published(await append(1));
    const head = await append(3);

    expect(await relayed.published(head)).toEqual(allUpTo(head));
    const { streams } = await relayed.manager();
    const { header, data } = await streams.getMessage('DOMAIN', { last_by_subj: 'domain.>' });
    expect(recordedOf({ headers: header, data })).toEqual((await relayed.log().read(head - 1, 1)).events[0]);
    await relay.stop();
  });

  it('reads what another process has appended between them', async () => {
    const { relay, append } = await withAppender();
    let head = 0;
    for (let turn = 0; turn < 10; turn++) {
      await Promise.all([append(2), relayed.append(3), append(1)]);
      head = await append(2);
    }

    expect(await relayed.published(head)).toEqual(allUpTo(head));
    await relay.stop();
  });

  it('begins an epoch when the log went back, and is longer again by its own appends', async () => {
    const { relay, append } = await withAppender();
    const head = await append(10);
    await relayed.published(head);
    const { epoch } = await relayed.log().head();

    await goBack(relayed.database, head - 7);
    const longer = await append(20);

    await eventually(async () => (await relayed.log().head()).epoch !== epoch);
    expect((await relayed.published(longer)).at(0)).toBe(head - 6);
    await relay.stop();
  });
});
