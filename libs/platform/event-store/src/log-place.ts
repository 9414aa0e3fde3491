import type { Head, LogPage } from './event-log';

/** A position that was read, in one epoch of the log. */
export type LogPlace = Head & Readonly<{ event?: string | undefined }>;

/** The log lost events that were read: it was restored, or an older copy took its place. What counts in it is read anew. */
export class LogRestored extends Error {
  override readonly name = 'LogRestored';

  constructor(why: string) {
    super(`the log was restored: ${why}`);
  }
}

/** @throws LogRestored when the page, read behind the place's position, does not continue what was read up to there */
export function requireContinuation({ head, behind }: LogPage, { epoch, position, event }: LogPlace): void {
  if (head.epoch !== epoch) throw new LogRestored(`its epoch is now ${head.epoch}`);
  if (head.position < position) throw new LogRestored(`it ends at ${head.position}, and was read up to ${position}`);
  if (event !== undefined && behind !== event) throw new LogRestored(`another event is at ${position}`);
}
