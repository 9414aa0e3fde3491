import { shell, simulated, usePlatform, workflow } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientObserver } from './client-observer';
import { expectDenseLog, expectNothingLostOrDuplicatedUntilEnd, storedExecution } from './consistency-checks';
import { leftoverProcesses } from './leftover-processes';
import { Replica } from './replica';
import { useStore } from './store';

const EXECUTIONS = 50;
const KILLS = 20;
const LONG_MS = 900_000;

/** The stack's own runner has never enough memory to ask for work: the one that is killed does all of it. */
const platform = usePlatform({ environment: () => ({ RUNNER_MIN_FREE_MB: `${2 ** 30}` }) });
const store = useStore(platform);

const RETRIES = 'interruption_retries: {max: 10, backoff_seconds: 0}\n';
const AGENTS = {
  simulated: simulated('turns: 15, tools_per_turn: 1, delay_ms: 40'),
  command: shell('for i in $(seq 40); do echo line $i; sleep 0.05; done'),
};

const runnerEvents = async (): Promise<number> => {
  const { rows } = await store().query<{ count: string }>(
    "select count(*) from log.events where metadata -> 'actor' ->> 'id' like 'runner-%'",
  );
  return Number(rows[0]?.count);
};

/** Sessions that have begun to run, of one execution. */
const startedSessions = async (executionId: string): Promise<string[]> => {
  const { rows } = await store().query<{ id: string }>(
    `select data ->> 'sessionId' as id from log.events where type = 'SessionStarted' and metadata ->> 'executionId' = $1`,
    [executionId],
  );
  return rows.map(({ id }) => id);
};

const Cost = z.object({ total_cost_usd: z.string().nullable() });
const costOf = async (path: string) => Number(Cost.parse((await platform.get(path)).body).total_cost_usd ?? 0);

describe('a runner that is killed again and again', () => {
  it(
    `${KILLS} times with ${EXECUTIONS} executions: each completes, nothing is lost or duplicated, nothing is left over`,
    async () => {
      const runner = await Replica.of(platform, 'agent-runner', { RUNNER_MIN_FREE_MB: '64', RUNNER_SLOTS: '10' });
      try {
        for (const [id, agent] of Object.entries(AGENTS)) {
          await platform.createWorkflow(workflow(id, agent, agent) + RETRIES);
        }
        const names = Object.keys(AGENTS);
        const started = await Promise.all(
          Array.from({ length: EXECUTIONS }, async (_, index) => {
            const id = await platform.execute(names[index % names.length] ?? '');
            return { id, client: new ClientObserver(platform, id) };
          }),
        );

        for (let kill = 1; kill <= KILLS; kill++) {
          // Kills fall at other moments of the sessions each time, by their progress and not by a clock.
          const until = (await runnerEvents()) + 5 + ((kill * 37) % 30);
          await eventually(async () => (await runnerEvents()) >= until, { within: LONG_MS });
          await runner.restart();
        }
        for (const { id } of started) await platform.reaches(id, 'completed', LONG_MS);

        const sessions: string[] = [];
        for (const { id, client } of started) {
          expectNothingLostOrDuplicatedUntilEnd(await storedExecution(store(), id), await client.observed());
          const own = await startedSessions(id);
          sessions.push(...own);
          await eventually(async () => {
            const costs = await Promise.all(own.map((session) => costOf(`/api/sessions/${session}`)));
            expect(await costOf(`/api/executions/${id}`)).toBeCloseTo(
              costs.reduce((sum, cost) => sum + cost, 0),
              9,
            );
          });
        }
        await expectDenseLog(store());
        expect(new Set(sessions).size).toBe(sessions.length);
        expect(sessions.length).toBeGreaterThan(2 * EXECUTIONS + KILLS);

        await eventually(() => {
          expect(leftoverProcesses(sessions)).toEqual([]);
          expect(mountsIn(runner.directory)).toEqual([]);
          expect(sessionDirectories(runner.directory)).toEqual([]);
        });
      } finally {
        await runner.kill();
      }
    },
    2 * LONG_MS,
  );
});

const mountsIn = (directory: string): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(directory));

function sessionDirectories(directory: string): readonly string[] {
  const sessions = join(directory, 'sessions');
  return existsSync(sessions) ? readdirSync(sessions) : [];
}
