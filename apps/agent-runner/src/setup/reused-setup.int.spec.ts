import type { Setup, WorkOrder } from '@syntropic/orchestration/contracts';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const VALUE = 'value-that-nobody-may-see';

describeWithBubblewrap('a set-up that was done before', () => {
  const directory = useDirectory();
  const runner = useRunner(directory);
  const secrets = join(directory.path, 'secrets');
  const origin = join(directory.path, 'origin.git');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', origin, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  const commit = (content: string) => {
    writeFileSync(join(origin, 'file'), content);
    git('add', '.');
    git('commit', '--quiet', '-m', content);
  };
  beforeAll(() => {
    mkdirSync(origin);
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'TOKEN'), VALUE);
    git('init', '--quiet', '--initial-branch=main');
    commit('first');
  });

  const COMMANDS = [
    'echo ran; echo "$TOKEN" | sha256sum > proof',
    'date +%s%N > made; echo a > "$HOME/a"; ln -s made link',
  ] as const;
  const order = (more: Partial<Setup> = {}) => {
    const agent = shell('cat link "$HOME/a" repos/local__origin/file; find . "$HOME" ! -user agent');
    const setup = { commands: COMMANDS, egress: [], secrets: ['TOKEN'], timeoutSeconds: 600, ...more };
    return orderOf({ ...agent, setup }, { repos: [pathToFileURL(origin).href] });
  };

  const rowsOf = ({ sessionId }: WorkOrder, type: string) =>
    runner.platform.stored
      .flatMap((batch) => (batch.sessionId === sessionId ? batch.events : []))
      .flatMap((event) => (event.type === type ? [event.data] : []));

  /** Runs to its end, and tells if its commands ran and what its agent has seen. */
  async function done(one: WorkOrder) {
    runner.platform.offer(one);
    await expect(runner.platform.receives('CompleteSession', one)).resolves.toMatchObject({ status: 'completed' });
    await runner.platform.receives('ReleaseWork', one);
    return {
      hasRun: rowsOf(one, 'setup_output').some(({ text }) => text === 'ran'),
      reused: rowsOf(one, 'setup_reused'),
      kept: rowsOf(one, 'setup_kept'),
      seen: runner.platform.linesOf(one),
    };
  }
  const start = (home: string, more: Readonly<Record<string, string>> = {}) =>
    runner.start({ home, environment: { SECRETS_DIR: secrets, ...more } });

  it('is not repeated, which its telemetry tells, also by the next life of the runner', async () => {
    const home = randomUUID();
    const stop = await start(home);
    const first = await done(order());
    const second = await done(order());
    await stop();
    await start(home);
    const third = await done(order());

    expect(first).toMatchObject({ hasRun: true, reused: [], kept: [{ bytes: expect.any(Number) as unknown }] });
    for (const later of [second, third]) {
      expect(later).toMatchObject({
        hasRun: false,
        kept: [],
        reused: [{ commands: 2, bytes: first.kept[0]?.['bytes'] }],
      });
      expect(later.seen).toEqual(first.seen);
    }
    expect(first.seen).toEqual([expect.stringMatching(/^\d+$/), 'a', 'first']);
    const kept = join(directory.path, home, 'snapshots');
    expect(readdirSync(kept).filter((file) => file.endsWith('.tar'))).toHaveLength(1);
    for (const file of readdirSync(kept)) expect(readFileSync(join(kept, file)).includes('nobody-may-see')).toBe(false);
  }, 120_000);

  it('is repeated when its commands, hosts, secrets, limits or repositories have changed', async () => {
    await start(randomUUID());
    await done(order());

    expect((await done(order({ commands: ['echo ran', COMMANDS[1]] }))).hasRun).toBe(true);
    expect((await done(order({ egress: ['example.com'] }))).hasRun).toBe(true);
    writeFileSync(join(secrets, 'TOKEN'), `${VALUE}-2`);
    expect((await done(order())).hasRun).toBe(true);
    git('branch', 'other');
    expect((await done(order())).hasRun).toBe(true);
    commit('second');
    const newest = await done(order());
    expect([newest.hasRun, newest.seen.at(-1)]).toEqual([true, 'second']);
    expect((await done(order())).hasRun).toBe(false);
  }, 180_000);

  it('is repeated when its snapshot is too old, and where none are kept', async () => {
    await start(randomUUID(), { SNAPSHOT_MAX_AGE_HOURS: '0' });
    expect([(await done(order())).hasRun, (await done(order())).hasRun]).toEqual([true, true]);
  }, 60_000);
});
