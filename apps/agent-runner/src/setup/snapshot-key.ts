import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Setup } from '@syntropic/orchestration/contracts';
import type { Limits, Workspace } from '../workspaces';
import type { Secret } from './secret';

const run = promisify(execFile);

/** Rises when snapshots of older builds must not be used. */
const FORMAT = 1;

const KEY_FILE = 'key';
const KEY_BYTES = 32;

/** All that commands of a set-up can see, or be stopped by. */
type SetupSurroundings = Readonly<{
  setup: Setup;
  /** The kind of workspace, and the programs in it. */
  backend: string;
  programs: string;
  limits: Limits;
  /** The hosts that the runner allows. */
  hosts: readonly string[];
  secrets: readonly Secret[];
  /** URLs in the order of their clones. */
  repositories: readonly string[];
  workspace: Pick<Workspace, 'directory'>;
}>;

/**
 * Names a set-up by everything that its result depends on, but for what the hosts answer. Values of secrets are among it, so the name is a
 * keyed hash: the key is in this runner's directory, and no name tells a value.
 * @param directory of the snapshots
 */
export async function snapshotKey(
  directory: string,
  { workspace, setup, ...surroundings }: SetupSurroundings,
): Promise<string> {
  const { commands, egress, timeoutSeconds } = setup;
  const clones = await clonesIn(join(workspace.directory, 'repos'));
  const all = { FORMAT, commands, egress, timeoutSeconds, ...surroundings, clones };
  return createHmac('sha256', await runnerKey(directory))
    .update(JSON.stringify(all))
    .digest('hex');
}

/** Commit, branch, and all other refs: a command may look at any of them. */
async function clonesIn(repos: string): Promise<readonly unknown[]> {
  const names = (await readdir(repos)).sort();
  return Promise.all(
    names.map(async (name) => {
      const git = (...args: string[]) =>
        run('git', ['-C', join(repos, name), ...args], { env: GIT, maxBuffer: 64 * 1024 ** 2 });
      const [head, refs] = await Promise.all([
        git('rev-parse', 'HEAD', '--abbrev-ref', 'HEAD'),
        git('for-each-ref', '--format=%(objectname) %(refname)'),
      ]);
      return [name, head.stdout, refs.stdout];
    }),
  );
}

const GIT = { PATH: '/usr/local/bin:/usr/bin:/bin', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Made with the first snapshot. */
async function runnerKey(directory: string): Promise<Buffer> {
  const file = join(directory, KEY_FILE);
  const found = await readFile(file).catch(() => undefined);
  if (found?.length === KEY_BYTES) return found;

  const key = randomBytes(KEY_BYTES);
  await writeFile(`${file}.new`, key, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return key;
}
