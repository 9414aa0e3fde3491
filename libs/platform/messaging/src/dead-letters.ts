import { derivedUuid } from '@syntropic/kernel';
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { headers, type MsgHdrs, type NatsConnection } from 'nats';

const NAMESPACE = '2f5e0f2c-8f0b-4b57-9d1e-5a2f6b3c7d10';

type Message = Readonly<{ subject: string; headers?: MsgHdrs | undefined; data: Uint8Array }>;

type Letter = Readonly<{ subject: string; headers: Readonly<Record<string, string[]>>; body: Buffer }>;

/** Messages that nobody could handle. The row is what counts and what is replayed; the stream DEAD tells whoever listens. */
export class DeadLetters {
  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
    private readonly service: string,
  ) {}

  /** Keeps the message whole. Burying it twice is burying it once. Resolves with its id. */
  async bury(message: Message, reason: string): Promise<string> {
    const id = derivedUuid(NAMESPACE, message.subject, sha256(message.data), JSON.stringify(headersOf(message)));
    await this.pool.query(
      `insert into ops.dead_letters (id, subject, headers, body, reason, buried_by) values ($1, $2, $3, $4, $5, $6)
       on conflict (id) do nothing`,
      [id, message.subject, headersOf(message), Buffer.from(message.data), reason, this.service],
    );

    this.nats.publish(`dead.${message.subject}`, message.data, { headers: written(headersOf(message)) });
    return id;
  }

  /** Sends it again to where it went. Answers whether there is such a letter; the row stays. */
  async replay(id: string): Promise<boolean> {
    const { rows } = await this.pool.query<Letter>(
      'select subject, headers, body from ops.dead_letters where id = $1',
      [id],
    );
    const [letter] = rows;
    if (!letter) return false;

    this.nats.publish(letter.subject, letter.body, { headers: written(letter.headers) });
    await this.nats.flush();
    await this.pool.query('update ops.dead_letters set replayed_at = clock_timestamp() where id = $1', [id]);
    return true;
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
