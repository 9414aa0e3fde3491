import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostShell } from './host-shell';

const directory = scratchDirectory();
afterAll(() => {
  removeDirectory(directory);
});

describe('the shell of a runner', () => {
  const shell = new HostShell();

  it('runs programs with any words', async () => {
    const name = join(directory, "a 'quoted' $(name)\n* with a line break");
    await shell.run('mkdir', name);
    expect(existsSync(name)).toBe(true);
  });

  it('tells what a failed program has said, as it is', async () => {
    writeFileSync(join(directory, 'not-a-pattern'), '');
    await expect(shell.run('ls', join(directory, '*'))).rejects.toThrow(/^ls has failed with 2: .*\/\*': No such file/);
    await expect(shell.succeeds('ls', join(directory, '*'))).resolves.toBe(false);
    await expect(shell.succeeds('ls', directory)).resolves.toBe(true);
  });

  it('keeps a long complaint apart from the answers of others', async () => {
    const others = Array.from({ length: 20 }, (_, n) => shell.run('mkdir', join(directory, `other-${n}`)));
    const complaints = Array.from({ length: 5 }, () => shell.run('ls', ...Array<string>(500).fill('/nowhere')));

    const ends = await Promise.allSettled([...others, ...complaints]);
    expect(ends.map(({ status }) => status)).toEqual([
      ...others.map(() => 'fulfilled'),
      ...complaints.map(() => 'rejected'),
    ]);
  });

  it('runs a program beside one that takes long', async () => {
    const fifo = join(directory, 'fifo');
    await shell.run('mkfifo', fifo);
    const reading = shell.succeeds('cat', fifo);
    mkdirSync(join(directory, 'meanwhile'));
    await shell.run('rmdir', join(directory, 'meanwhile'));
    await shell.run('tee', fifo);
    await expect(reading).resolves.toBe(true);
  });

  it('is started again when it has ended; a call that it has not heard fails', async () => {
    const own = new HostShell();
    const file = join(directory, 'pid');
    await own.run('sh', '-c', 'cut -d " " -f 4 /proc/$PPID/stat > "$0"', file);
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 'SIGSTOP');
    const unheard = own.run('true');
    process.kill(pid, 'SIGKILL');

    await expect(unheard).rejects.toThrow('the shell of the runner has ended');
    await expect(own.run('true')).resolves.toBeUndefined();
  });
});
