import type { EventLog } from '../event-log';
import type { PublishedEvent, StreamHistory } from './domain-stream';

/**
 * The last position at which the log still holds what the stream has published: behind it the log was lost, or went another way.
 * The stream holds a part of the past only: where it shares nothing, the log before the stream's first event counts as shared.
 */
export async function sharedPosition(history: StreamHistory, log: EventLog): Promise<number> {
  let [shared, lost] = [history.first - 1, history.last + 1];
  while (lost - shared > 1) {
    const middle = Math.floor((shared + lost) / 2);
    if (await isInLog(await history.at(middle), log)) shared = middle;
    else lost = middle;
  }
  const { position: head } = await log.head();
  if (shared >= history.first) return (await history.at(shared)).position;
  return lost > history.last ? head : Math.min(head, (await history.at(lost)).position - 1);
}

async function isInLog({ position, event }: PublishedEvent, log: EventLog): Promise<boolean> {
  return (await log.read(position, 1)).behind === event;
}
