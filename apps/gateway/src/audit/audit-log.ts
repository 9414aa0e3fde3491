import { Injectable } from '@nestjs/common';
import { instant } from '@syntropic/postgres';
import { formatPosition, otherEpoch, parsePosition } from '@syntropic/projections';
import { Pool } from 'pg';
import type { z } from 'zod';
import { LogHead } from '../reads/log-head';
import type { AuditPage, AuditQuery } from './audit.dto';

type Query = z.output<typeof AuditQuery>;
type Entry = AuditPage['entries'][number];
type Found = Readonly<{ entries: readonly Entry[]; examined: number; last: number | null }>;

/** Events that one page examines at most: a filter that matches few of them gives short pages. */
const EXAMINED = 5_000;

const OF_CALLERS = `metadata #>> '{actor,kind}' <> 'service'`;

/** The events of callers, from the log itself, so that no entry is ever missing or late. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly pool: Pool,
    private readonly head: LogHead,
  ) {}

  /** @throws DomainError for a cursor of another epoch */
  async page(query: Query): Promise<AuditPage> {
    const { epoch, position: head } = await this.head.now();
    const cursor = query.cursor === undefined ? undefined : parsePosition(query.cursor);
    if (cursor && cursor.epoch !== epoch) throw otherEpoch();
    const { entries, examined, last } = await this.#find(query, cursor?.position ?? head + 1);

    const end = entries.length === query.limit ? entries.at(-1)?.position : last;
    const hasMore = entries.length === query.limit || examined === EXAMINED;
    return { entries: [...entries], next_cursor: hasMore && end ? formatPosition({ epoch, position: end }) : null };
  }

  /** The newest matching events below a position, among those that one page examines. */
  async #find({ actor, aggregate, from, to, limit }: Query, before: number): Promise<Found> {
    const [kind = null, id = null] = actor === undefined ? [] : [actor.split(':', 1)[0], actor.replace(/^\w+:/, '')];
    const { rows } = await this.pool.query<Found>(
      `with bounds as (
         select least($1::bigint, case when $2::timestamptz is null then $1 else log.position_before($2) + 1 end) as high,
                case when $3::timestamptz is null then 0 else log.position_before($3) end as low
       ),
       examined as materialized (
         select e.position, e.stream_id, e.event_id, e.type, e.metadata, e.recorded_at from log.events e, bounds
         where ${OF_CALLERS} and e.position < bounds.high and e.position > bounds.low ${actorCondition(actor)}
         order by e.position desc limit ${EXAMINED}
       ),
       matching as (
         select * from examined where $6::text is null or stream_id = $6 or starts_with(stream_id, $6 || '-')
         order by position desc limit $7
       )
       select (select count(*) from examined) as examined, (select min(position) from examined) as last,
         (select coalesce(jsonb_agg(${ENTRY} order by position desc), '[]') from matching) as entries
       from (select $4::text, $5::text) caller`,
      [before, to ?? null, from ?? null, kind, id, aggregate ?? null, limit],
    );
    return rows[0] ?? { entries: [], examined: 0, last: null };
  }
}

/** Constant text: with it the planner reads the index of one caller, without it that of all. */
const actorCondition = (actor: string | undefined): string =>
  actor === undefined ? '' : `and e.metadata #>> '{actor,kind}' = $4 and e.metadata #>> '{actor,id}' = $5`;

const ENTRY = `jsonb_build_object(
  'position', position, 'recorded_at', ${instant('recorded_at')}, 'actor', metadata -> 'actor', 'event_type', type,
  'aggregate', stream_id, 'event_id', event_id, 'command_id', metadata ->> 'commandId',
  'correlation_id', metadata ->> 'correlationId', 'execution_id', metadata ->> 'executionId')`;
