import { agentSession } from '@syntropic/agent-sessions/contracts';
import { AGAIN, repeat } from '@syntropic/async';
import { derivedUuid, DomainError, type Usage } from '@syntropic/kernel';
import type { SendCommand } from '@syntropic/processes';
import type { TelemetryReader } from '@syntropic/telemetry';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { ownOrigin } from '../own-origin';

const { context, type } = agentSession.commands.RepriceSession;
const NOT_FOUND = `${agentSession.aggregate}.not_found`;
const NOT_COMPLETED = `${agentSession.aggregate}.not_completed`;

const IDS = 'c2b0f6d5-4f0e-5c1b-8d6a-7f4e0a93b1d8';

/** Sessions at once, with their usage in memory. */
const AT_ONCE = 100;
/** Until a session is tried again that had not ended, or whose command has failed. */
const LATER = '30 seconds';

type Asked = Readonly<{ session_id: string; execution_id: string; price_table: string; asked_at: string }>;
type Result = Readonly<{ asked: Asked; is: 'done' | 'later' } | { asked: Asked; is: 'refused'; refusal: string }>;

const NEXT = `
  select session_id, execution_id, price_table, asked_at::text from ops.session_repricings
  where due_at <= clock_timestamp() order by due_at, session_id limit ${AT_ONCE}`;

/** A session that was asked for again meanwhile stays due. */
const RESULTS = `
  jsonb_to_recordset($1) as result (session_id text, asked_at timestamptz, refusal text)
  where asked.session_id = result.session_id and asked.asked_at = result.asked_at`;

const STATEMENTS = {
  done: `delete from ops.session_repricings asked using ${RESULTS}`,
  later: `update ops.session_repricings asked set due_at = clock_timestamp() + interval '${LATER}' from ${RESULTS}`,
  refused: `update ops.session_repricings asked set due_at = null, refusal = result.refusal from ${RESULTS}`,
};

type Options = Readonly<{
  telemetry: Pick<TelemetryReader, 'usageOfSessions'>;
  send: SendCommand;
  log: Pick<Logger, 'warn'>;
  everyMs?: number;
}>;

/** Has sessions record the costs that their calls have got in the store of telemetry. */
export class SessionRepricings {
  constructor(
    private readonly pool: Pool,
    private readonly options: Options,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const { log, everyMs = 1_000 } = this.options;
    const onFault = (error: unknown) => {
      log.warn({ err: error }, 'pricing sessions again failed and is tried again');
    };
    await repeat(signal, { everyMs, onFault }, async () => ((await this.look()) === AT_ONCE ? AGAIN : undefined));
  }

  /** Resolves with the number of sessions that were due. A session whose command fails is tried later, after all others. */
  async look(): Promise<number> {
    const { rows } = await this.pool.query<Asked>(NEXT);
    const usages = await this.options.telemetry.usageOfSessions(rows.map(({ session_id }) => session_id));
    const faults: unknown[] = [];
    const results = await Promise.all(
      rows.map((asked) =>
        this.#reprice(asked, usages.get(asked.session_id)).catch((error: unknown): Result => {
          faults.push(error);
          return { asked, is: 'later' };
        }),
      ),
    );
    for (const is of ['done', 'later', 'refused'] as const) await this.#record(is, results);
    if (faults.length > 0) throw faults[0];
    return rows.length;
  }

  async #reprice(asked: Asked, usage: Usage | undefined): Promise<Result> {
    // Telemetry has dropped it by age meanwhile.
    if (!usage) return { asked, is: 'done' };
    const { session_id: sessionId, execution_id: executionId, price_table: priceTable, asked_at: askedAt } = asked;
    const facts = { sessionId, executionId, priceTable, askedAt };
    const origin = ownOrigin('session-repricing', derivedUuid(IDS, sessionId, askedAt), facts);
    const { byModel, costUsd, costComplete } = usage;
    try {
      const data = { sessionId, executionId, priceTable, usage: { byModel, costUsd, costComplete } };
      await this.options.send({ context, type, data }, origin);
      return { asked, is: 'done' };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === NOT_COMPLETED) return { asked, is: 'later' };
      // Sessions that others report are in no stream.
      if (error.code === NOT_FOUND) return { asked, is: 'done' };
      return { asked, is: 'refused', refusal: `${error.code}: ${error.message}` };
    }
  }

  async #record(is: Result['is'], results: readonly Result[]): Promise<void> {
    const found = results.filter((result) => result.is === is);
    if (found.length === 0) return;
    const rows = found.map(({ asked: { session_id, asked_at }, ...result }) => ({
      session_id,
      asked_at,
      ...('refusal' in result && { refusal: result.refusal }),
    }));
    await this.pool.query(STATEMENTS[is], [JSON.stringify(rows)]);
  }
}
