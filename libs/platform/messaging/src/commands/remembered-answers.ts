import { DomainError, type CommandContext } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { refusalIn } from './command-reply';

/** A larger answer is that of a command that has appended, and the log itself gives the same answer again. */
const LARGEST_REPLY = 16 * 1024;

/** `reply` is null for a command that has appended, until its reply is written: the log answers it. */
type Remembered = Readonly<{ body_hash: string; reply: string | null }>;
type Identity = Pick<CommandContext, 'commandId' | 'bodyHash'>;

/**
 * Answers commands with an idempotency key as the first time, for a day: also refusals, and answers that changed nothing. An append takes
 * the answer in its own transaction, so that no command is both refused and carried out, at however many replicas.
 */
export class RememberedAnswers {
  constructor(private readonly pool: Pool) {}

  /**
   * Resolves with the remembered reply, or carries the command out and remembers its reply. Faults are not remembered.
   * @throws DomainError `command.id_reused` for another body
   */
  async replyTo(command: Identity, carryOut: () => Promise<unknown>): Promise<unknown> {
    const before = await this.#find(command);
    return before?.reply === undefined ? this.#reply(command, carryOut) : before.reply;
  }

  /** Deletes the answers of more than a day ago. */
  async forget(): Promise<void> {
    await this.pool.query(`delete from ops.answers where answered_at < clock_timestamp() - interval '1 day'`);
  }

  async #reply(command: Identity, carryOut: () => Promise<unknown>): Promise<unknown> {
    const reply = await carryOut();
    if (await this.#remember(command, reply)) return reply;

    // A copy at another replica was answered meanwhile: the first answer counts.
    const first = await this.#find(command);
    if (first?.reply !== undefined) return first.reply;
    // The copy has appended: carried out again, the command gets the outcome that the log has.
    const replayed = await carryOut();
    await this.#remember(command, replayed);
    const settled = await this.#find(command);
    return settled?.reply === undefined ? replayed : settled.reply;
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
    return { reply: found.reply === null ? undefined : (JSON.parse(found.reply) as unknown) };
  }

  /** False when there is an answer already. The answer of an append takes no refusal. */
  async #remember({ commandId, bodyHash }: Identity, reply: unknown): Promise<boolean> {
    const json = JSON.stringify(reply);
    const isRefusal = refusalIn(reply) !== undefined;
    if (json.length > LARGEST_REPLY) return true;
    const { rowCount } = await this.pool.query(
      `insert into ops.answers as known (command_id, body_hash, reply) values ($1, $2, $3)
       on conflict (command_id) do update set body_hash = excluded.body_hash, reply = excluded.reply, answered_at = excluded.answered_at
       where known.answered_at < clock_timestamp() - interval '1 day'
          or (known.reply is null and known.body_hash = excluded.body_hash and not $4)`,
      [commandId, bodyHash, json, isRefusal],
    );
    return rowCount === 1;
  }
}
