import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { eventually } from '@syntropic/testing';
import { useDirectory } from '../../test/workspace.fixture';
import { writeInside } from '../session/write-inside';
import { GIT_CONFIG, REPORT_PROGRAMS } from './workspace-reports';

type Report = Readonly<{ event_type: string; context: Readonly<{ git: Readonly<Record<string, unknown>> }> }>;

const directory = useDirectory();
const reports: Report[] = [];
const socket = join(directory.path, 's.sock');
let isAnswering = true;
const server = createServer((request, response) => {
  void json(request).then((report) => {
    reports.push(report as Report);
    if (isAnswering) response.end('{}');
  });
});

beforeAll(async () => {
  server.listen(socket);
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  reports.length = 0;
  isAnswering = true;
});

/** A home as an agent has it, and a repository beside it. */
async function useRepository(socketPath = socket) {
  const own = mkdtempSync(join(directory.path, 'own-'));
  const [home, repository] = [join(own, 'home'), join(own, 'work "tree"')];
  mkdirSync(home);
  mkdirSync(repository);
  await writeInside(home, '.gitconfig', GIT_CONFIG);
  for (const [path, text] of Object.entries(REPORT_PROGRAMS)) await writeInside(home, path, text, 0o755);
  const env = { PATH: process.env['PATH'], HOME: home, SYN_RUNNER_SOCKET: socketPath, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...words: readonly string[]) =>
    execFileSync('git', words, { cwd: repository, env, stdio: 'pipe' }).toString().trim();
  git('init', '-q', '-b', 'main');
  const commit = (name: string) => {
    writeFileSync(join(repository, name), 'one\ntwo\n');
    git('add', name);
    git('commit', '-qm', `add "${name}" \\ now`);
  };
  const ownHook = (name: string, text: string) => {
    writeFileSync(join(repository, '.git/hooks', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  };
  return { own, repository, env, git, commit, ownHook };
}

const reported = (type: string) =>
  reports.filter(({ event_type }) => event_type === type).map(({ context }) => context.git);

describe('git in a workspace', () => {
  it('reports commits, checkouts, merges, rewrites and pushes', async () => {
    const { own, git, commit } = await useRepository();
    commit('a');
    git('checkout', '-qb', 'side');
    commit('b');
    git('checkout', '-q', 'main');
    git('merge', '-q', 'side');
    git('commit', '--amend', '-qm', 'other words');
    const remote = join(own, 'remote');
    git('init', '-q', '--bare', remote);
    git('remote', 'add', 'origin', remote);
    git('push', '-q', 'origin', 'main');

    await eventually(() => {
      const times = (type: string) => reported(type).length;
      const types = ['git_commit', 'git_checkout', 'git_merge', 'git_rewrite', 'git_push'];
      expect(types.map(times)).toEqual([3, 2, 1, 1, 1]);
    });
    expect(reported('git_commit')).toContainEqual(
      expect.objectContaining({
        ...{ operation: 'commit', branch: 'main', repo: 'work "tree"', message: 'add "a" \\ now' },
        ...{ author: 'Agent', files_changed: 1, insertions: 2, deletions: 0 },
      }),
    );
    expect(reported('git_push')).toMatchObject([{ remote: 'origin', branch: 'main', sha: git('rev-parse', 'HEAD') }]);
  });

  it('runs the hooks of the repository, which may refuse', async () => {
    const { repository, env, git, commit, ownHook } = await useRepository();
    ownHook('commit-msg', 'echo checked >> "$1"');
    ownHook('post-commit', 'echo "$0" > ran');
    commit('a');
    expect(git('log', '-1', '--format=%b%s')).toContain('checked');
    expect(readFileSync(join(repository, 'ran'), 'utf8')).toContain('post-commit');

    git('worktree', 'add', '-q', '../beside');
    git('-C', '../beside', 'commit', '--allow-empty', '-qm', 'c');
    expect(git('-C', '../beside', 'log', '-1', '--format=%b%s')).toContain('checked');

    ownHook('pre-commit', 'echo "not this one" >&2; exit 1');
    const refused = spawnSync('git', ['commit', '--allow-empty', '-qm', 'b'], { cwd: repository, env });
    expect([refused.status, refused.stderr.toString()]).toEqual([1, 'not this one\n']);
  });

  it('does not wait for its reports, and works without the socket', async () => {
    isAnswering = false;
    const { commit, git } = await useRepository();
    commit('a');
    const sha = git('rev-parse', 'HEAD');
    await eventually(() => {
      expect(reported('git_commit')).toContainEqual(expect.objectContaining({ sha }));
    });

    const away = await useRepository(join(directory.path, 'away.sock'));
    away.commit('a');
    expect(away.git('status', '--porcelain')).toBe('');
  });
});
