import { DomainError } from '@syntropic/kernel';
import { formatPosition, parsePosition, type LogPosition } from '@syntropic/projections';

/** The end of a page in each source: the next page has the rows below. */
type AuditCursor = LogPosition & Readonly<{ record: number }>;

/** The largest number that a position may have on the wire: the newest rows are below it. */
export const BEYOND_ALL = 999_999_999_999_999;

const RECORD = /\.(\d{1,15})$/;

export const formatCursor = ({ record, ...position }: AuditCursor): string => `${formatPosition(position)}.${record}`;

/** @throws DomainError for a text that no page has given */
export function cursorIn(text: string): AuditCursor {
  const record = RECORD.exec(text)?.[1];
  if (record === undefined) {
    throw new DomainError('position.malformed', 'not a cursor that a page has given', 'invalid', 'cursor');
  }
  const position = text.slice(0, -record.length - 1);
  // The cursor of an earlier version counts in the log alone.
  return UUID_ONLY.test(position)
    ? { ...parsePosition(text), record: BEYOND_ALL }
    : { ...parsePosition(position), record: Number(record) };
}

const UUID_ONLY = /^[0-9a-f-]{36}$/;
