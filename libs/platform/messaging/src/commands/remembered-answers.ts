import { DomainError, type CommandContext } from '@syntropic/kernel';
import type { Pool } from 'pg';

/** A larger answer is that of a command that has appended, and the log itself gives the same answer again. */
const LARGEST_REPLY = 16 * 1024;

type Remembered = Readonly<{ body_hash: string; reply: string }>;
type Identity = Pick<CommandContext, 'commandId' | 'bodyHash'>;

/** Answers commands with an idempotency key as the first time, for a day: also refusals, and answers that changed nothing. */
export class RememberedAnswers {
  constructor(private readonly pool: Pool) {}

  /**
   * Resolves with the remembered reply, or carries the command out and remembers its reply. Faults are not remembered.
   * @throws DomainError `command.id_reused` for another body
   */
  async replyTo(command: Identity, carryOut: () => Promise<unknown>): Promise<unknown> {
    const before = await this.#find(command);
    if (before) return before.reply;

    const reply = await carryOut();
    const isFirst = await this.#remember(command, reply);
    // A copy at another replica was answered meanwhile: the first answer counts.
    return isFirst ? reply : ((await this.#find(command))?.reply ?? reply);
  }

  /** Deletes the answers of more than a day ago. */
  async forget(): Promise<void> {
    await this.pool.query(`delete from ops.answers where answered_at < clock_timestamp() - interval '1 day'`);
  }

  async #find({ commandId, bodyHash }: Identity): Promise<{ reply: unknown } | undefined> {
    const { rows } = await this.pool.query<Remembered>(
      `select body_hash, reply from ops.answers
       where command_id = $1 and answered_at >= clock_timestamp() - interval '1 day'`,
      [commandId],
    );
    const [found] = rows;
    if (!found) return undefined;
    if (found.body_hash !== bodyHash) {
      throw new DomainError('command.id_reused', 'this command id was used for another command');
    }
    return { reply: JSON.parse(found.reply) as unknown };
  }

  /** False when there is an answer already. */
  async #remember({ commandId, bodyHash }: Identity, reply: unknown): Promise<boolean> {
    const json = JSON.stringify(reply);
    if (json.length > LARGEST_REPLY) return true;
    const { rowCount } = await this.pool.query(
      `insert into ops.answers as known (command_id, body_hash, reply) values ($1, $2, $3)
       on conflict (command_id) do update set body_hash = excluded.body_hash, reply = excluded.reply, answered_at = excluded.answered_at
       where known.answered_at < clock_timestamp() - interval '1 day'`,
      [commandId, bodyHash, json],
    );
    return rowCount === 1;
  }
}
