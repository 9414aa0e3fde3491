import { Injectable } from '@nestjs/common';
import { auditEntryProjection } from '@syntropic/catalogue/read-model';
import { instant } from '@syntropic/postgres';
import { otherEpoch, ReadModels, type LogPosition } from '@syntropic/projections';
import { Pool } from 'pg';
import type { z } from 'zod';
import { LogHead } from '../reads/log-head';
import { BEYOND_ALL, cursorIn, formatCursor } from './audit-cursor';
import type { AuditPage, AuditQuery } from './audit.dto';
import { merged, type Source } from './merged-entries';

type Query = z.output<typeof AuditQuery>;

/** Rows of each source that a page of some aggregates examines at most: where few of them match, pages are short. */
const MOST_EXAMINED = 1_000;

/** The events of callers, from their read model, and the records of what the log does not hold, in one order of time. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly pool: Pool,
    private readonly head: LogHead,
    private readonly reads: ReadModels,
  ) {}

  /** @throws DomainError for a cursor of another epoch */
  async page(query: Query, minPosition: LogPosition | undefined): Promise<AuditPage> {
    if (minPosition) await this.reads.reached([auditEntryProjection], minPosition);
    const { epoch } = await this.head.now();
    const cursor = query.cursor === undefined ? undefined : cursorIn(query.cursor);
    if (cursor && cursor.epoch !== epoch) throw otherEpoch();
    const before = cursor ?? { position: BEYOND_ALL, record: BEYOND_ALL };

    const [log, records] = await Promise.all([
      this.#find(EVENTS, query, before.position),
      this.#find(RECORDS, query, before.record),
    ]);
    const { entries, next } = merged([log, records], query.limit);
    const [position = 0, record = 0] = next ?? [];
    return { entries: [...entries], next_cursor: next ? formatCursor({ epoch, position, record }) : null };
  }

  /** The newest matching rows of a source below a number, among those that one page examines. */
  async #find(source: SourceSql, query: Query, before: number): Promise<Source> {
    const { kind, id } = callerIn(query);
    // Indexes serve all other conditions: each examined row is one of the page.
    const isSifted = query.aggregate !== undefined;
    const most = isSifted ? MOST_EXAMINED : query.limit;
    const { rows } = await this.pool.query<Omit<Source, 'before' | 'isCut'> & { examined: number }>(
      `with examined as materialized (
         select * from (${source.rows}) s
         where ${conditionsOf(source, query).join(' and ')}
         order by ${source.order} desc limit $8
       ),
       matching as (
         select * from examined where $6::text is null or aggregate = $6 or starts_with(aggregate, $6 || '-')
         order by number desc limit $7
       )
       select (select count(*) from examined) as examined,
         (select jsonb_build_object('number', number, 'at', ${instant('recorded_at')}) from examined order by number limit 1) as last,
         (select coalesce(jsonb_agg(jsonb_build_object('number', number, 'entry', ${ENTRY}) order by number desc), '[]') from matching) as found
       from (select $2::timestamptz, $3::timestamptz, $4::text, $5::text) given`,
      [before, query.to, query.from, kind, id, query.aggregate, query.limit, most],
    );
    const { found = [], last = null, examined = 0 } = rows[0] ?? {};
    return { before, found, last, isCut: isSifted && examined === most };
  }
}

function callerIn({ actor }: Query): Readonly<{ kind?: string | undefined; id?: string }> {
  return actor === undefined ? {} : { kind: actor.split(':', 1)[0], id: actor.replace(/^\w+:/, '') };
}

const conditionsOf = (source: SourceSql, { actor, from, to }: Query): readonly string[] => [
  source.below('$1'),
  ...(to === undefined ? [] : [source.to('$2')]),
  ...(from === undefined ? [] : [source.from('$3')]),
  ...(actor === undefined ? [] : ['actor_kind = $4 and actor_id = $5']),
];

/** The SQL of a source. Conditions are constant texts, so the planner reads the index of one caller, or the order of all. */
type SourceSql = Readonly<{
  rows: string;
  order: string;
  below: (number: string) => string;
  from: (instant: string) => string;
  to: (instant: string) => string;
}>;

/** Positions are in the order of time, and rows in that of positions. */
const EVENTS: SourceSql = {
  rows: `select entry_id, event_position as number, recorded_at, actor_kind, actor_id, event_type, stream as aggregate, event_id,
                command_id, correlation_id, execution_id, event_position, 'done' as outcome, null::jsonb as detail
         from ${auditEntryProjection.table}`,
  order: 'entry_id',
  below: (number) => `entry_id < lpad(${number}::bigint::text, 16, '0')`,
  from: (instant) => `entry_id > (select lpad(log.position_before(${instant}::timestamptz)::text, 16, '0'))`,
  to: (instant) => `entry_id <= (select lpad(log.position_before(${instant}::timestamptz)::text, 16, '0'))`,
};

const RECORDS: SourceSql = {
  rows: `select record_id, record_id as number, recorded_at, actor_kind, actor_id, action as event_type, subject as aggregate,
                null as event_id, command_id::text, correlation_id, null as execution_id, null::bigint as event_position, outcome,
                detail
         from ops.audit_records`,
  order: 'record_id',
  below: (number) => `record_id < ${number}::bigint`,
  from: (instant) => `recorded_at >= ${instant}::timestamptz`,
  to: (instant) => `recorded_at < ${instant}::timestamptz`,
};

const ENTRY = `jsonb_build_object(
  'position', event_position, 'recorded_at', ${instant('recorded_at')},
  'actor', jsonb_build_object('kind', actor_kind, 'id', actor_id), 'event_type', event_type, 'aggregate', aggregate,
  'event_id', event_id, 'command_id', command_id, 'correlation_id', correlation_id, 'execution_id', execution_id,
  'outcome', outcome, 'detail', detail)`;
