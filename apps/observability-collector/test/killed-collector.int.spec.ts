import { addCosts, type Usage } from '@syntropic/kernel';
import { TelemetryReader } from '@syntropic/telemetry';
import { recordingsFolder, recordingsIn } from '@syntropic/telemetry/testing';
import { useCollectors } from '../src/testing/collector.fixture';
import { CollectorProcess } from './collector-process';
import { RecordedSession } from './recorded-session';

/** Copies of each recording; as many sessions are told at the same time as there are tellers. */
const COPIES = Number(process.env['INGEST_COPIES'] ?? 2);
const TELLERS = 12;
const KILLS = Number(process.env['INGEST_KILLS'] ?? 3);

const folder = recordingsFolder();
let collector: CollectorProcess | undefined;

// Registered before the servers' own hooks, so that the process ends first.
afterAll(() => collector?.stop());
const collectors = useCollectors();

/** Sends until it is acknowledged, over the deaths of the collector. */
async function acknowledged(path: string, body: string): Promise<void> {
  for (let isAcknowledged = false; !isAcknowledged;) {
    await collector?.ready;
    const answer = await fetch(`${collector?.url ?? ''}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    isAcknowledged = answer?.status === 200;
    if (answer && ![200, 429, 503].includes(answer.status)) throw new Error(`${path} answered ${answer.status}`);
  }
}

async function tell(session: RecordedSession, onAcknowledged: () => void): Promise<void> {
  const { sessionId, executionId, batches, hooks, logs } = session;
  await collectors.database.pool.query(
    `insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, as_of)
     values ($1, $2, 'w', 'plan', 1, 1, 'process', 'claude', 1)`,
    [sessionId, executionId],
  );
  const inOrder = async <Item>(items: readonly Item[], send: (item: Item) => Promise<unknown>) => {
    for (const item of items) {
      await send(item);
      onAcknowledged();
    }
  };
  await Promise.all([
    inOrder(batches, (batch) => collectors.send(batch)),
    inOrder(hooks, (hook) => acknowledged('/hooks', hook)),
    inOrder(logs, (log) => acknowledged('/v1/logs', log)),
  ]);
}

const figuresOf = ({ byModel, costUsd, costComplete, toolCalls, failedTools, subagents }: Usage) => ({
  byModel,
  costUsd,
  costComplete,
  toolCalls,
  failedTools,
  subagents,
});

const describeRecordings = folder === undefined ? describe.skip : describe;

describeRecordings('recorded sessions that three sources tell while the collector is killed', () => {
  it('are counted exactly once', async () => {
    collector = await CollectorProcess.start({
      databaseUrl: collectors.database.urlAs('syn_collector'),
      natsUrl: collectors.server.urlAs('observability-collector'),
    });
    const recordings = recordingsIn(folder ?? '');
    const waiting = Array.from({ length: COPIES }, () => recordings).flat();
    const partsOf = (session: RecordedSession) => session.batches.length + session.hooks.length + session.logs.length;
    const parts =
      COPIES * recordings.map((recording) => partsOf(new RecordedSession(recording))).reduce((a, b) => a + b);
    let acks = 0;
    let kills = 0;
    const onAcknowledged = () => {
      acks++;
      if (acks < ((kills + 1) * parts) / (KILLS + 1) || kills === KILLS) return;
      kills++;
      collector?.killAndRestart();
    };
    const reader = new TelemetryReader(collectors.database.pool);
    let told: string | null = '0';
    let expected: string | null = '0';
    const teller = async () => {
      for (let recording = waiting.pop(); recording; recording = waiting.pop()) {
        const session = new RecordedSession(recording);
        await tell(session, onAcknowledged);
        const { rows, parser } = session.expected;
        const totals = await reader.sessionTotals(session.sessionId);
        expect({ task: recording.task, events: totals?.events }).toEqual({ task: recording.task, events: rows });
        expect(figuresOf(totals?.usage ?? parser.usage)).toEqual(figuresOf(parser.usage));
        told = addCosts(told, totals?.usage.costUsd ?? null);
        expected = addCosts(expected, parser.usage.costUsd);
      }
    };
    await Promise.all(Array.from({ length: TELLERS }, teller));

    expect(kills).toBe(KILLS);
    expect(told).toBe(expected);
    const { rows } = await collectors.database.pool.query<
      Record<'gaps' | 'doubles' | 'unpaired' | 'quarantined', number>
    >(`
        select (select count(*) from (select execution_id from telemetry.events group by 1
                having max(sequence) <> count(*) or min(sequence) <> 1) broken)::int as gaps,
               (select count(*) - count(distinct event_id) from telemetry.events)::int as doubles,
               (select count(*) from (select session_id, data ->> 'tool_use_id' from telemetry.events
                where type in ('tool_execution_started', 'tool_execution_completed', 'tool_execution_failed') group by 1, 2
                having count(*) <> 2 or count(*) filter (where type = 'tool_execution_started') <> 1) alone)::int as unpaired,
               (select count(*) from telemetry.quarantine)::int as quarantined`);
    expect(rows).toEqual([{ gaps: 0, doubles: 0, unpaired: 0, quarantined: 0 }]);
  }, 3_600_000);
});
