import type { quarantineCommands } from '@syntropic/agent-sessions/contracts';
import { DomainError, type AnswerOf, type DataOf } from '@syntropic/kernel';
import { QUARANTINE_SUBJECT, type QuarantineReplay } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

/** The most events that one request has tried again. */
const REPLAYED_AT_ONCE = 500;

type One = DataOf<typeof quarantineCommands.ReplayQuarantined>;
type Kind = DataOf<typeof quarantineCommands.ReplayQuarantine>;
type Answer = AnswerOf<typeof quarantineCommands.ReplayQuarantine>;

type Next = Readonly<{ behind: number; id: string; place: string }>;

const PLACE = `(extract(epoch from received_at) * 1000000)::bigint || '_' || event_id`;

const NEXT = `
  with behind as (
    select event_id, received_at from telemetry.quarantine
    where split_part(reason, ':', 1) = $1
      and ($2::bigint is null or (received_at, event_id) > (to_timestamp(0) + $2::bigint * interval '1 microsecond', $3::uuid)))
  select (select count(*)::int from behind) as behind, event_id as id, ${PLACE} as place
  from behind order by received_at, event_id limit ${REPLAYED_AT_ONCE}`;

/** Has collectors try events again that were set apart. Collectors alone write telemetry, so this asks them over the bus. */
export class QuarantineReplays {
  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
  ) {}

  /** @throws DomainError `quarantine.not_found` */
  async one({ id }: One): Promise<Answer> {
    const { rowCount } = await this.pool.query('select from telemetry.quarantine where event_id = $1', [id]);
    if (rowCount === 0) throw new DomainError('quarantine.not_found', `no event ${id} is set apart`, 'not_found', 'id');
    await this.#ask([id]);
    return { tried: 1, left: 0, next: null };
  }

  /** @throws DomainError `quarantine.not_found` where nothing was set apart for the reason */
  async ofKind({ reason, after }: Kind): Promise<Answer> {
    const [moment, id] = after?.split('_') ?? [];
    const { rows } = await this.pool.query<Next>(NEXT, [reason, moment ?? null, id ?? null]);
    const last = rows.at(-1);
    if (last) await this.#ask(rows.map((row) => row.id));
    else if (after === undefined) {
      throw new DomainError('quarantine.not_found', `nothing is set apart for ${reason}`, 'not_found', 'reason');
    }
    const left = last ? last.behind - rows.length : 0;
    return { tried: rows.length, left, next: last && left > 0 ? last.place : null };
  }

  /** The stream has the request when this resolves: a collector that dies leaves it to another one. */
  async #ask(replay: readonly string[]): Promise<void> {
    await this.nats.jetstream().publish(QUARANTINE_SUBJECT, JSON.stringify({ replay } satisfies QuarantineReplay));
  }
}
