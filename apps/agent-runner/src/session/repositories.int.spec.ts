import { GITHUB_COM as github, GithubServer } from '@syntropic/orchestration/contracts';
import { eventually, TYPESCRIPT_HOOK, useGitServer } from '@syntropic/testing';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { useDirectory } from '../../test/workspace.fixture';
import { hangingRepository } from '../../test/hanging-repository';
import { reapOrphans } from '../workspaces';
import { withEnvironment } from '../workspaces/process-table';
import { cloneRepository, directoryOf } from './repositories';

describe('a repository', () => {
  const directory = useDirectory();
  const target = () => mkdtempSync(join(directory.path, 'repos-'));
  let url = '';
  let firstCommit = '';

  beforeAll(() => {
    const origin = join(directory.path, 'origin.git');
    mkdirSync(origin);
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', origin, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
      }).trim();
    git('init', '--quiet', '--initial-branch=trunk');
    for (const content of ['first', 'second']) {
      writeFileSync(join(origin, 'file'), content);
      git('add', '.');
      git('commit', '--quiet', '-m', content);
      if (content === 'first') git('branch', 'old');
    }
    firstCommit = git('rev-parse', 'old');
    url = pathToFileURL(origin).href;
  });

  it('is cloned with its default branch, or at the branch or commit that was asked for', async () => {
    const at = async (ref?: string) => {
      const clone = await cloneRepository({ url, ref }, target(), { github, allowFiles: true });
      return readFileSync(join(clone, 'file'), 'utf8');
    };

    await expect(Promise.all([at(), at('old'), at(firstCommit)])).resolves.toEqual(['second', 'first', 'first']);
  });

  const server = useGitServer('top-secret');
  it('is cloned from the GitHub server of a company, whose refusal tells no token', async () => {
    const commits = server().create('acme/shop', { main: { file: 'main' }, fix: { file: 'fix' } });
    const rules = { github: new GithubServer(server().url), allowFiles: false };
    const shop = rules.github.urlOf('acme/shop');
    const clone = await cloneRepository({ url: shop, ref: 'fix', token: 'top-secret' }, target(), rules);

    expect(basename(clone)).toBe('acme__shop');
    expect(readFileSync(join(clone, 'file'), 'utf8')).toBe('fix');
    expect(execFileSync('git', ['-C', clone, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()).toBe(commits['fix']);
    expect(spawnSync('grep', ['-rE', 'top-secret|Authorization', clone]).status).toBe(1);
    for (const token of [undefined, 'another']) {
      const refused = cloneRepository({ url: shop, token }, target(), rules);
      await expect(refused).rejects.toMatchObject({ code: 'repository.clone_failed' });
      await expect(refused).rejects.not.toThrow(/another/);
    }
    await expect(cloneRepository({ url: 'https://github.com/acme/shop' }, target(), rules)).rejects.toMatchObject({
      code: 'repository.url_invalid',
    });
  });

  it('keeps nothing of the credentials it was cloned with', async () => {
    const clone = await cloneRepository({ url, token: 'top-secret' }, target(), { github, allowFiles: true });

    const found = spawnSync('grep', ['-rE', 'top-secret|dG9wLXNlY3JldA|[Ee]xtra[Hh]eader|Authorization', clone]);
    expect(found.status).toBe(1);
  });

  it('is refused outside GitHub, and on this machine unless that is allowed', () => {
    const refused = [
      'http://github.com/acme/shop',
      'https://github.com/acme',
      'https://user:secret@github.com/acme/shop',
      'https://github.com.evil.org/acme/shop',
      'https://github.com/acme/..',
      'ext::sh -c id',
      '--upload-pack=id',
      'file:///etc',
    ];
    for (const url of refused) {
      expect(() => directoryOf(url, { github, allowFiles: false })).toThrow(/is not https/);
    }
    expect(() => directoryOf('https://user:secret@github.com/a/b', { github, allowFiles: false })).not.toThrow(
      /secret/,
    );
  });

  it('has a directory that names its owner too', () => {
    expect(directoryOf('https://github.com/acme/shop.git', { github, allowFiles: false })).toBe('acme__shop');
    expect(directoryOf('file:///srv/git/shop.git', { github, allowFiles: true })).toBe('local__shop');
  });

  it('that does not arrive within the time limit is refused', async () => {
    const { href } = pathToFileURL(hangingRepository(directory.path, 'hangs.git'));
    const rules = { github, allowFiles: true, withinMs: 200 };

    await expect(cloneRepository({ url: href }, target(), rules)).rejects.toMatchObject({
      code: 'repository.clone_failed',
      message: expect.stringContaining('did not arrive within 0.2 s') as string,
    });
  });

  it('that is being cloned when the runner is killed has its git killed by the next runner', async () => {
    const id = randomUUID();
    const repository = hangingRepository(directory.path, 'never.git');
    const script = join(__dirname, '../../test/clone-for-ever.ts');
    const runner = spawn(process.execPath, ['-r', TYPESCRIPT_HOOK, script, repository, directory.path, id]);
    const gits = () => withEnvironment(`SYNTROPIC_WORKSPACE=${id}`);
    const areThere = eventually(async () => (await gits()).length > 1);

    await areThere.finally(() => runner.kill('SIGKILL'));
    await once(runner, 'exit');
    await reapOrphans(directory.path);

    await expect(gits()).resolves.toEqual([]);
  });

  it('is refused with the reason for an invalid ref, an unknown ref, and a missing repository', async () => {
    const clone = (repository: { url: string; ref?: string }) =>
      cloneRepository(repository, target(), { github, allowFiles: true });

    await expect(clone({ url, ref: '--orphan=x' })).rejects.toMatchObject({ code: 'repository.ref_invalid' });
    await expect(clone({ url, ref: 'no-such-branch' })).rejects.toMatchObject({ code: 'repository.clone_failed' });
    await expect(clone({ url: 'file:///no/such/repository' })).rejects.toMatchObject({
      code: 'repository.clone_failed',
    });
  });
});
