import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { repo } from '@syntropic/organization/contracts';
import { createPool } from '@syntropic/postgres';
import { TelemetryReader } from '@syntropic/telemetry';
import { randomUUID } from 'node:crypto';
import { Contributions } from '../src/insights/contributions';
import type { Json } from './call';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/insights/contribution-heatmap';
const repoId = 'repo-01234567';

const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** An execution whose only session has ended, and cost 0.42 for 1,234 tokens. */
async function ended(...repos: readonly string[]) {
  const executionId = anExecutionId();
  const { started, sessionStarted, sessionCompleted, sessionId } = factsOf(executionId);
  const begun = event(workflowExecution.events.ExecutionStarted, { ...started.data, repos: [...repos] });
  await gateway.record(`execution-${executionId}`, [begun], executionId);
  const session = [sessionStarted, sessionCompleted(0)];
  const { minPosition } = await gateway.record(`session-${sessionId}`, session, executionId);
  return { executionId, sessionId, minPosition };
}

/** An execution whose agent runs, has committed, and has used what only telemetry knows. */
async function running(...repos: readonly string[]) {
  const executionId = anExecutionId();
  const { started, sessionStarted, sessionId } = factsOf(executionId);
  const begun = event(workflowExecution.events.ExecutionStarted, { ...started.data, repos: [...repos] });
  await gateway.record(`execution-${executionId}`, [begun], executionId);
  const { minPosition } = await gateway.record(`session-${sessionId}`, [sessionStarted], executionId);
  const observed = { time: new Date().toISOString(), sessionId, executionId, phaseId: 'plan' };
  const tokens = { input_tokens: 10, output_tokens: 5, cache_creation_tokens: 0, cache_read_tokens: 0 };
  await gateway.observe(
    { ...observed, id: randomUUID(), type: 'git_commit', data: { leg: 1, message: 'one' } },
    { ...observed, id: randomUUID(), type: 'token_usage', data: { leg: 1, model: 'm', ...tokens, cost_usd: '0.25' } },
  );
  return minPosition;
}

type Day = Readonly<{ date: string; count: number; breakdown: Json }>;

async function read(query: string, minPosition?: string) {
  const body = await gateway.read(`${PATH}?${query}`, minPosition);
  return { total: body['total'], days: body['days'] as readonly Day[], filter: body['filter'] };
}

it('has every day with what was done, also by those who still work', async () => {
  await ended('acme/api');
  const old = await ended('acme/web');
  const minPosition = await running('acme/api');
  await read('', minPosition);
  await gateway.database.pool.query(
    `update ${sessionProjection.table} set started_at = started_at - interval '2 days' where session_id = $1`,
    [old.sessionId],
  );

  const { days, total } = await read('');
  expect([days.length, days[0]?.date, days.at(-1)?.date, total]).toEqual([366, dayBefore(365), dayBefore(0), 3]);
  expect(days.at(-1)).toEqual({
    date: dayBefore(0),
    count: 2,
    breakdown: {
      sessions: 2,
      executions: 3,
      commits: 1,
      cost_usd: 0.67,
      tokens: 1_249,
      input_tokens: 1_010,
      output_tokens: 205,
      cache_creation_tokens: 30,
      cache_read_tokens: 4,
    },
  });
  expect(days.at(-3)).toMatchObject({ date: dayBefore(2), count: 1, breakdown: { cost_usd: 0.42 } });
  expect(days.at(-2)).toMatchObject({ count: 0, breakdown: { sessions: 0, tokens: 0 } });

  expect(await read('metric=cost_usd')).toMatchObject({ total: 1.09 });
  expect(await read('metric=tokens')).toMatchObject({ total: 2_483 });
  expect(await read('metric=commits')).toMatchObject({ total: 1 });
  expect(await read('metric=executions')).toMatchObject({ total: 3 });
  expect(await read(`start_date=${dayBefore(2)}&end_date=${dayBefore(1)}`)).toMatchObject({
    total: 1,
    days: [{ count: 1 }, { count: 0 }],
  });
});

it('has days in UTC, whatever the time zone of the database', async () => {
  const { sessionId, minPosition } = await ended('acme/zones');
  await read('', minPosition);
  const { pool, url } = gateway.database;
  const at = async (instant: string) => {
    await pool.query(`update ${sessionProjection.table} set started_at = $2 where session_id = $1`, [
      sessionId,
      instant,
    ]);
    const zoned = createPool(`${url}?options=-c%20timezone%3DPacific/Kiritimati`);
    try {
      const shown = await new Contributions(zoned, new TelemetryReader(zoned)).byDay({
        ...{ first: '2020-05-02', last: '2020-05-02', scope: undefined },
      });
      return [...shown].map(([date, { sessions }]) => [date, sessions]);
    } finally {
      await zoned.end();
    }
  };
  await expect(at('2020-05-01T23:59:59.999Z')).resolves.toEqual([]);
  await expect(at('2020-05-02T00:00:00Z')).resolves.toEqual([['2020-05-02', 1]]);
  await expect(at('2020-05-02T23:59:59.999Z')).resolves.toEqual([['2020-05-02', 1]]);
  await expect(at('2020-05-03T00:00:00Z')).resolves.toEqual([]);
});

it('has what was done for a repository', async () => {
  const name = { repoId, organizationId: 'org-01234567', provider: 'github', fullName: 'acme/own' } as const;
  const rest = { providerRepoId: '', owner: 'acme', defaultBranch: 'main', installationId: '' };
  const registered = event(repo.events.RepoRegistered, { ...name, ...rest, isPrivate: false, createdBy: 'api' });
  await gateway.record(`repo-${repoId}`, [registered]);
  await ended('acme/other');
  await ended('acme/own', 'acme/other');
  const minPosition = await running('acme/own');

  const shown = await read('repo_id=repo-0123&metric=cost_usd', minPosition);
  expect(shown).toMatchObject({
    total: 0.67,
    filter: { repo_id: 'repo-0123', system_id: null, organization_id: null },
  });
  expect(shown.days.at(-1)?.breakdown).toMatchObject({ sessions: 2, executions: 2, commits: 1 });
});

it('has commits whose events are gone, and each commit once', async () => {
  const { executionId, minPosition } = await ended('acme/old');
  const ago = [200, 100, 100, 30, 3];
  for (const days of ago) {
    await gateway.database.pool.query(
      `insert into telemetry.events (time, event_id, execution_id, session_id, phase_id, type, sequence, data)
       values (now() - make_interval(days => $1), gen_random_uuid(), $2, 's', 'plan', 'git_commit', 1, '{}')`,
      [days, executionId],
    );
  }
  const commits = async () => {
    const { days } = await read('metric=commits', minPosition);
    return ago.map((day) => days.find(({ date }) => date === dayBefore(day))?.count);
  };
  await expect(commits()).resolves.toEqual([1, 2, 2, 1, 1]);
  await gateway.database.pool.query('select telemetry.maintain()');
  await expect(commits()).resolves.toEqual([1, 2, 2, 1, 1]);
  const { rows } = await gateway.database.pool.query(
    `select count(*)::int as events from telemetry.events where execution_id = $1`,
    [executionId],
  );
  expect(rows).toEqual([{ events: 2 }]);
});

it.each([
  ['metric=lines', 422, 'metric'],
  ['start_date=2026-02-30', 422, 'start_date'],
  ['start_date=2026-01-02&end_date=2026-01-01', 422, 'start_date'],
  ['start_date=0001-01-01', 422, 'start_date'],
  ['repo_id=none', 404, undefined],
  ['system_id=none', 404, undefined],
  ['organization_id=none', 404, undefined],
])('refuses %s', async (query, status, field) => {
  const answer = await gateway.call('GET', `${PATH}?${query}`);
  expect({ status: answer.status, field: answer.body['field'] }).toEqual({ status, field });
});
