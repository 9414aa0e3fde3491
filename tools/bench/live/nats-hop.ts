import { connectNats } from '@syntropic/messaging';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 20;
/** About the size of a frame. */
const PADDING = 'x'.repeat(400);

/** Milliseconds of bare messages from one connection's publish to another's subscription, while `work` goes on. */
export async function hopsDuring<Result>(url: string, work: Promise<Result>): Promise<[Result, number[]]> {
  const [publisher, subscriber] = await Promise.all([
    connectNats({ url, name: 'bench-publisher' }),
    connectNats({ url, name: 'bench-subscriber' }),
  ]);
  const hops: number[] = [];
  subscriber.subscribe('bench.hop', {
    callback: (_, { data }) => {
      hops.push(performance.now() - Number.parseFloat(Buffer.from(data).toString()));
    },
  });
  await subscriber.flush();

  const done = new AbortController();
  const publishing = (async () => {
    while (!done.signal.aborted) {
      publisher.publish('bench.hop', `${performance.now()} ${PADDING}`);
      await pause(EVERY_MS);
    }
  })();
  try {
    return [await work, hops];
  } finally {
    done.abort();
    await publishing;
    await Promise.all([publisher.close(), subscriber.close()]);
  }
}
