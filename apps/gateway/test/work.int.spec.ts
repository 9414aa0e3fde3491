import { randomUUID } from 'node:crypto';
import { useGateway } from './gateway.fixture';
import { operatorOf } from './operator.fixture';

const gateway = useGateway();
const { ask } = operatorOf(gateway);

type Runner = Readonly<{ runner: string; slots: number; seenAgo: string; providers?: readonly string[] }>;
type Session = Readonly<{ state: string; runner?: string; provider?: string; queuedAgo?: string }>;

const aRunner = ({ runner, slots, seenAgo, providers = ['command'] }: Runner) =>
  gateway.database.pool.query(
    `insert into ops.runners (runner_id, backends, providers, slots, seen_at, agents, secrets)
     values ($1, '{sandbox}', $2, $3, clock_timestamp() - $4::interval, '{"claude": {"version": "2.1.332"}}', '{TOKEN}')`,
    [runner, providers, slots, seenAgo],
  );

const aSession = ({ state, runner, provider = 'command', queuedAgo = '0 s' }: Session) =>
  gateway.database.pool.query(
    `insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, state, runner,
       as_of, queued_at, expires_at, closed_at)
     values ($1, 'exec-000000000001', 'w', 'p', 1, 1, 'sandbox', $2, $3, $4, 1, clock_timestamp() - $5::interval,
       case when $3 = 'leased' then clock_timestamp() + interval '1 hour' end,
       case when $3 = 'closed' then clock_timestamp() end)`,
    [randomUUID(), provider, state, runner, queuedAgo],
  );

it('shows runners with what they do, and what waits for one', async () => {
  await aRunner({ runner: 'busy', slots: 4, seenAgo: '1 s' });
  await aRunner({ runner: 'drains', slots: 0, seenAgo: '2 s', providers: ['codex'] });
  await aRunner({ runner: 'away', slots: 4, seenAgo: '2 hours', providers: ['claude'] });
  await aRunner({ runner: 'forgotten', slots: 4, seenAgo: '2 days' });
  await aSession({ state: 'leased', runner: 'busy' });
  await aSession({ state: 'leased', runner: 'busy' });
  await aSession({ state: 'parked', runner: 'busy' });
  await aSession({ state: 'closed', runner: 'busy' });
  await aSession({ state: 'queued', provider: 'claude', queuedAgo: '1 hour' });
  await aSession({ state: 'queued', provider: 'claude' });
  await aSession({ state: 'queued', queuedAgo: '1 minute' });

  const { status, body } = await ask('GET', '/work');
  const own = { seen_at: expect.stringMatching(/^20.*Z$/) as string, backends: ['sandbox'] };
  const agents = { claude: { version: '2.1.332' } };
  const idle = { running: 0, parked: 0, is_present: false };
  expect(status).toBe(200);
  expect(body).toEqual({
    runners: [
      { ...own, runner_id: 'busy', is_present: true, slots: 4, running: 2, parked: 1, providers: ['command'], agents },
      { ...own, ...idle, runner_id: 'drains', slots: 0, providers: ['codex'], agents },
      { ...own, ...idle, runner_id: 'away', slots: 4, providers: ['claude'], agents },
    ],
    queued: [
      { backend: 'sandbox', provider: 'claude', sessions: 2, oldest_queued_at: own.seen_at, is_served: false },
      { backend: 'sandbox', provider: 'command', sessions: 1, oldest_queued_at: own.seen_at, is_served: true },
    ],
  });
});
