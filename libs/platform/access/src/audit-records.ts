import { DomainError, type CommandContext, type CommandMessage } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { RefusedRequests } from './audit-commands';

/** The action of a record about refused requests; other records name a command. */
const REQUEST_REFUSED = 'RequestRefused';

/** The newest records about refused requests that are kept: callers without a key cause them. */
const REFUSALS_KEPT = 100_000;

type Act = Readonly<{
  action: string;
  subject: string;
  context: Pick<CommandContext, 'commandId' | 'correlationId' | 'actor'>;
}>;

type Received = Readonly<{ message: Pick<CommandMessage, 'type'>; context: CommandContext }>;

/**
 * The audit's records of what the log does not hold: commands of administrators and operators, which change no stream, and refused
 * requests. A command is recorded before it is carried out, so none is without a record, and then gets its outcome.
 */
export class AuditRecords {
  constructor(private readonly pool: Pool) {}

  /** Carries a command out between its record and the record's outcome; `subject` is what it concerns, such as `projection-execution`. */
  command<Answer>({ message, context }: Received, subject: string, carryOut: () => Promise<Answer>): Promise<Answer> {
    return this.around({ action: message.type, subject, context }, carryOut);
  }

  /** Resolves with what `carryOut` does. */
  async around<Result>(
    { action, subject, context: { commandId, correlationId, actor } }: Act,
    carryOut: () => Promise<Result>,
  ): Promise<Result> {
    await this.pool.query(
      `insert into ops.audit_records (actor_kind, actor_id, action, subject, outcome, command_id, correlation_id)
       values ($1, $2, $3, $4, 'begun', $5, $6) on conflict (command_id, ordinal) do nothing`,
      [actor.kind, actor.id, action, subject, commandId, correlationId],
    );
    try {
      const result = await carryOut();
      await this.#settle(commandId, 'done', {});
      return result;
    } catch (error) {
      if (error instanceof DomainError) await this.#settle(commandId, 'refused', { code: error.code });
      throw error;
    }
  }

  /** Repeated it changes nothing. */
  async refused(
    refused: readonly RefusedRequests[],
    { commandId, correlationId }: Pick<CommandContext, 'commandId' | 'correlationId'>,
  ): Promise<void> {
    await this.pool.query(
      `insert into ops.audit_records (actor_kind, actor_id, action, subject, outcome, detail, command_id, ordinal, correlation_id)
       select r.actor ->> 'kind', r.actor ->> 'id', $1, concat('request-', r.method, ' ', r.route), 'refused',
              jsonb_build_object('code', r.code, 'status', r.status, 'method', r.method, 'route', r.route, 'count', r.count),
              $2, r.ordinal, $3
       from jsonb_to_recordset($4::jsonb) as r
         (ordinal int, actor jsonb, code text, status int, method text, route text, count bigint)
       on conflict (command_id, ordinal) do nothing`,
      [REQUEST_REFUSED, commandId, correlationId, JSON.stringify(refused.map((one, ordinal) => ({ ...one, ordinal })))],
    );
  }

  /** Deletes records of more than 400 days ago, as long as keys are kept, and all but the newest about refused requests. */
  async forget(): Promise<void> {
    await this.pool.query(`delete from ops.audit_records where recorded_at < clock_timestamp() - interval '400 days'`);
    await this.pool.query(
      `delete from ops.audit_records where action = '${REQUEST_REFUSED}' and record_id <= (
         select record_id from ops.audit_records where action = '${REQUEST_REFUSED}' order by record_id desc offset $1 limit 1)`,
      [REFUSALS_KEPT],
    );
  }

  /** A command that was carried out stays done, also when a copy of it is refused. */
  async #settle(commandId: string, outcome: 'done' | 'refused', detail: object): Promise<void> {
    await this.pool.query(
      `update ops.audit_records set outcome = $2, detail = $3 where command_id = $1 and outcome <> 'done'`,
      [commandId, outcome, detail],
    );
  }
}
