import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const ORDINARY = 1_000;

type Ended = Readonly<{
  probe: Readonly<{ watched: readonly string[]; unenforceable: readonly string[] }>;
  finished: Readonly<{ outcome: string; error?: string; signal: string | null }>;
  said: readonly string[];
}>;

/** A runner as an ordinary user, who may mount nothing, also where the spec runs as root. */
describeWithBubblewrap('a workspace of a runner that may not mount, with 8 MiB and 400 files', () => {
  const directory = useDirectory();

  async function endOf(script: string): Promise<Ended> {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chownSync(directory.path, ORDINARY, ORDINARY);
    const as = isRoot ? ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'] : [];
    const program = [process.execPath, '-r', TYPESCRIPT_HOOK, join(__dirname, '../../test/outgrow-limits.ts')];
    const { stdout } = await promisify(execFile)('env', [...as, ...program, directory.path, script]);
    return JSON.parse(stdout) as Ended;
  }

  const stays = 'while :; do sleep 0.05; done';

  it('runs an agent within the limits to its end, and says that they are watched', async () => {
    const { probe, finished, said } = await endOf('head -c 4M /dev/zero > some; echo done');

    expect(probe.watched).toEqual(['diskBytes', 'inodes']);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(said).toEqual(['done']);
  });

  it.each([
    ['files in each directory', 'for d in /workspace /tmp /dev/shm ~; do head -c 3M /dev/zero > $d/some; done'],
    ['a file without a name', 'exec 7> gone; rm gone; for n in 1 2; do head -c 6M /dev/zero >&7; done'],
    ['closed directories', 'mkdir -p a/b; for n in 1 2 3; do head -c 4M /dev/zero > a/b/$n; done; chmod 0 a/b a'],
  ])('ends an agent that exceeds the disk by %s', async (_, script) => {
    const { finished } = await endOf(`ulimit -f unlimited; ${script}; ${stays}`);

    expect(finished).toMatchObject({ outcome: 'outgrown', signal: 'SIGKILL' });
    expect(finished.error).toMatch(/its files take \d+ MiB, above the limit of 8 MiB$/);
  });

  it('ends an agent that exceeds the number of files, deeper than any path is long', async () => {
    const { finished } = await endOf(`perl -e 'for (1..500) { mkdir "d" x 20; chdir "d" x 20 }'; ${stays}`);

    expect(finished).toMatchObject({ outcome: 'outgrown', signal: 'SIGKILL' });
    expect(finished.error).toMatch(/it has 5\d\d files and directories, above the limit of 400$/);
  });

  it('has no file larger than its disk, though holes take no room', async () => {
    const { finished, said } = await endOf('truncate -s 7M hole && echo made; truncate -s 1G hole; echo $?');

    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(said[0]).toBe('made');
    expect(said.at(-1)).not.toBe('0');
  });
});
