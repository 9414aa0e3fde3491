import { addUsd, type Usd } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { PRICE_TABLE_VERSION } from '../price-table';
import { costOf, searchFeeOf } from '../prices';
import { refreshRollUps } from './refresh-roll-ups';

/** Calls priced at once. */
const PAGE = 2_000;

type Call = Readonly<{
  session_id: string;
  execution_id: string | null;
  time: string;
  event_id: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  cacheCreationTokens: number;
  cacheCreation1hTokens: number;
  cacheReadTokens: number;
  searches: number;
  cost: Usd | null;
}>;

/** Accounts of agents have costs of their own; only what a table has priced has the version of the table. */
const CALLS = `
  select session_id, execution_id, time::text as time, event_id, model, input_tokens as "inputTokens", output_tokens as "outputTokens",
    cache_creation_tokens as "cacheCreationTokens", cache_creation_1h_tokens as "cacheCreation1hTokens",
    cache_read_tokens as "cacheReadTokens", web_searches as searches, cost_usd::text as cost
  from telemetry.usage
  where source <> 'account' and price_table <> $4 and (session_id, time, event_id) > ($1, $2::timestamptz, $3::uuid)
  order by session_id, time, event_id limit ${PAGE}`;

const ASK_ALL = `
  select ops.ask_repricings(coalesce(jsonb_agg(jsonb_build_object(
    'session_id', session_id, 'execution_id', execution_id, 'price_table', $2::text)), '[]')), max(session_id) as last
  from (
    select distinct on (session_id) session_id, execution_id from telemetry.usage
    where source <> 'account' and execution_id is not null and session_id > $1
    order by session_id limit ${PAGE}
  ) priced`;

/** In one transaction: whatever dies after it, the recorded costs of the sessions are to follow. */
const PRICED = 'select telemetry.reprice($1), ops.ask_repricings($1)';

type PriceOf = (call: Call) => Usd | null;

/**
 * Prices stored calls at the present table, by their own times, with the totals of their sessions and the roll-ups. Calls that have the
 * version of the table are left out, so it goes on where it has stopped. Resolves with the calls that it has priced, and those whose cost changed.
 */
export async function repriceStore(
  pool: Pool,
  { version = PRICE_TABLE_VERSION, price = presentPrice }: Readonly<{ version?: string; price?: PriceOf }> = {},
): Promise<Readonly<{ calls: number; changed: number }>> {
  let [session, time, event] = ['', '-infinity', '00000000-0000-0000-0000-000000000000'];
  let [calls, changed] = [0, 0];
  for (;;) {
    const { rows } = await pool.query<Call>(CALLS, [session, time, event, version]);
    const last = rows.at(-1);
    if (!last) break;
    ({ session_id: session, time, event_id: event } = last);
    const priced = rows.map((call) => repriced(call, isUsed(call) ? price(call) : call.cost, version));
    await pool.query(PRICED, [JSON.stringify(priced)]);
    calls += rows.length;
    changed += rows.filter(({ cost }, index) => isOther(cost, priced[index]?.cost_usd ?? null)).length;
  }
  if (changed > 0) await refreshRollUps(pool);
  return { calls, changed };
}

/** Has the recorded costs of all sessions with priced calls follow: those of sessions whose calls were priced before are compared, too. */
export async function repriceAllSessions(pool: Pool, version = PRICE_TABLE_VERSION): Promise<void> {
  let last: string | null = '';
  while (last !== null) {
    const { rows }: { rows: { last: string | null }[] } = await pool.query(ASK_ALL, [last, version]);
    last = rows[0]?.last ?? null;
  }
}

/** Sessions whose recorded costs are to follow. `refused`: those that have refused them, by the reason. */
export type Repricings = Readonly<{ due: number; refused: Readonly<Record<string, number>> }>;

const REPRICINGS = `
  select count(*) filter (where refusal is null)::int as due, coalesce((
    select jsonb_object_agg(refusal, sessions) from (
      select refusal, count(*) as sessions from ops.session_repricings where refusal is not null group by 1 limit 100) reasons), '{}') as refused
  from ops.session_repricings`;

export async function openRepricings(pool: Pool): Promise<Repricings> {
  const { rows } = await pool.query<Repricings>(REPRICINGS);
  return rows[0] ?? { due: 0, refused: {} };
}

const repriced = (
  { session_id, execution_id, time, event_id, model }: Call,
  cost_usd: Usd | null,
  price_table: string,
) => ({
  ...{ session_id, execution_id, time, event_id, model },
  cost_usd,
  price_table,
});

/** The store pads to nine places. */
const isOther = (one: Usd | null, other: Usd | null): boolean =>
  one === null || other === null ? one !== other : addUsd(one) !== addUsd(other);

/** A call without an answer costs nothing, whatever its model. */
const isUsed = ({ inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, searches }: Call): boolean =>
  [inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, searches].some((count) => count !== 0);

function presentPrice({ model, time, searches, ...tokens }: Call): Usd | null {
  const at = new Date(time).toISOString();
  const cost = costOf(model, tokens, at);
  const fee = searchFeeOf(model, searches, at);
  return cost === null || fee === null ? null : addUsd(cost, fee);
}
