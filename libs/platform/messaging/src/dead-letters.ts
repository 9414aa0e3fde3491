import { answered, commands, derivedUuid, DomainError, Done, errorText, type DataOf } from '@syntropic/kernel';
import { cutPage, instant, ListOrder, type ListPlace, type Ordered } from '@syntropic/postgres';
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { headers, type MsgHdrs, type NatsConnection } from 'nats';
import { z } from 'zod';

const NAMESPACE = '2f5e0f2c-8f0b-4b57-9d1e-5a2f6b3c7d10';

type Message = Readonly<{ subject: string; headers?: MsgHdrs | undefined; data: Uint8Array }>;

type Letter = Readonly<{ subject: string; headers: Readonly<Record<string, string[]>>; body: Buffer }>;

/** Requests of operators about messages that could not be handled. */
export const deadLetterCommands = commands('dead-letters', {
  /** Sends a dead letter again to its subject. */
  ReplayDeadLetter: answered({ id: z.uuid() }, Done),
});

/** A dead letter in a list. */
type DeadLetterSummary = Readonly<{
  id: string;
  subject: string;
  reason: string;
  buriedBy: string;
  buriedAt: string;
  replayedAt: string | null;
  sizeBytes: number;
  /** The start of its body; bytes that are not text become `�`. */
  preview: string;
}>;

const PREVIEW_BYTES = 500;

const NEWEST_FIRST = new ListOrder([
  { sql: 'buried_at', type: 'timestamp with time zone', direction: 'desc' },
  { sql: 'id', type: 'uuid', direction: 'asc' },
]);

/** Messages that no consumer could handle. Replays use the rows of the table; the stream DEAD only announces them to listeners. */
export class DeadLetters {
  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
    private readonly service: string,
  ) {}

  /** Stores the complete message, once however often it is called. Resolves with its id. */
  async bury(message: Message, reason: string): Promise<string> {
    const id = derivedUuid(NAMESPACE, message.subject, sha256(message.data), JSON.stringify(headersOf(message)));
    await this.pool.query(
      `insert into ops.dead_letters (id, subject, headers, body, reason, buried_by) values ($1, $2, $3, $4, $5, $6)
       on conflict (id) do nothing`,
      [id, message.subject, headersOf(message), Buffer.from(message.data), errorText(reason), this.service],
    );

    this.nats.publish(`dead.${message.subject}`, message.data, { headers: written(headersOf(message)) });
    return id;
  }

  /** The newest first, and how many there are. */
  async list(place: ListPlace) {
    const values: unknown[] = [PREVIEW_BYTES];
    const { condition, range } = NEWEST_FIRST.pageOf(place, (value) => `$${values.push(value)}`);
    const { rows: found } = await this.pool.query<Omit<DeadLetterSummary, 'preview'> & { start: Buffer } & Ordered>(
      `select id, subject, reason, buried_by as "buriedBy", ${instant('buried_at')} as "buriedAt",
              ${instant('replayed_at')} as "replayedAt", length(body) as "sizeBytes", substr(body, 1, $1) as start,
              ${NEWEST_FIRST.values} as order_values
       from ops.dead_letters where ${condition} ${range}`,
      values,
    );
    const { rows, next } = cutPage(found, place.limit);
    const { rows: counted } = await this.pool.query<{ total: number }>(
      'select count(*) as total from ops.dead_letters',
    );
    const letters: DeadLetterSummary[] = rows.map(({ start, ...letter }) => ({ ...letter, preview: start.toString() }));
    return { letters, total: counted[0]?.total ?? 0, next };
  }

  /**
   * Publishes it again on its original subject, and records the time once the stream has stored it; the row stays.
   * @throws DomainError `dead_letter.not_found`
   */
  async replay({ id }: DataOf<typeof deadLetterCommands.ReplayDeadLetter>): Promise<void> {
    const { rows } = await this.pool.query<Letter>(
      'select subject, headers, body from ops.dead_letters where id = $1',
      [id],
    );
    const [letter] = rows;
    if (!letter) throw new DomainError('dead_letter.not_found', `there is no dead letter ${id}`, 'not_found');

    await this.nats.jetstream().publish(letter.subject, letter.body, { headers: written(letter.headers) });
    await this.pool.query('update ops.dead_letters set replayed_at = clock_timestamp() where id = $1', [id]);
  }

  /** Deletes letters that were replayed a month ago. Letters that were never replayed are kept. */
  async forget(): Promise<void> {
    await this.pool.query(`delete from ops.dead_letters where replayed_at < clock_timestamp() - interval '30 days'`);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const headersOf = ({ headers: read }: Message): Record<string, string[]> =>
  Object.fromEntries((read?.keys() ?? []).map((key) => [key, read?.values(key) ?? []]));

function written(letters: Readonly<Record<string, readonly string[]>>): MsgHdrs {
  const result = headers();
  for (const [key, values] of Object.entries(letters)) for (const value of values) result.append(key, value);
  return result;
}
