import { eventually } from '@syntropic/testing';
import type { EventLog } from '../event-log';
import { goBack, useRelayedLog } from '../testing/relayed-log';
import { LogReader } from './log-reader';

const relayed = useRelayedLog();

/** Follows the log from its end, in the background. */
async function follow(log: EventLog, live: boolean) {
  const { position: after } = await log.head();
  const connection = live ? await relayed.connect() : undefined;
  const read = { position: after };
  const apply = (events: readonly { position: number }[]) => {
    read.position = events.at(-1)?.position ?? read.position;
    return Promise.resolve();
  };
  return {
    reading: new LogReader(log, connection).follow(after, apply, new AbortController().signal),
    reaches: (position: number) => eventually(() => read.position === position),
    disconnect: () => connection?.close(),
  };
}

describe('a log that goes back under its reader', () => {
  it.each([true, false])('ends the reading, with a bus: %s', async (live) => {
    const relay = live ? await relayed.startRelay() : undefined;
    const reader = await follow(relayed.log(), live);
    const head = await relayed.append(3);
    await reader.reaches(head);

    await goBack(relayed.database, head - 2);

    await expect(reader.reading).rejects.toThrow('the log was restored');
    await reader.disconnect();
    await relay?.stop();
  });

  it('ends it also when the log is longer again, with other events', async () => {
    const log = relayed.log();
    const { position: after } = await log.head();
    const held: { release?: () => void } = {};
    const slow: EventLog = {
      read: async (position, limit) => {
        if (position > after) await new Promise<void>((resolve) => (held.release = resolve));
        return log.read(position, limit);
      },
      head: () => log.head(),
      readStream: (stream, version, limit) => log.readStream(stream, version, limit),
    };
    const reader = await follow(slow, false);
    const head = await relayed.append(3);
    await reader.reaches(head);
    await eventually(() => held.release !== undefined);

    await goBack(relayed.database, head - 2);
    await relayed.append(5);
    held.release?.();

    await expect(reader.reading).rejects.toThrow(`another event is at ${head}`);
  });
});
