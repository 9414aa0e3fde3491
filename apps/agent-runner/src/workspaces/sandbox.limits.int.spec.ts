import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../test/workspace.fixture';
import { DEFAULT_LIMITS } from './limits';
import { SandboxBackend } from './sandbox.backend';
import type { Workspace } from './workspace';

const MIB = 1024 * 1024;
const LIMITS = { memoryBytes: 64 * MIB, pids: 8, cpus: 0.2, diskBytes: 8 * MIB, inodes: 400 };
const WRITABLE = ['/workspace', '/tmp', '/home/agent', '/dev/shm'];

/** A workflow asks for a limit; without that the runner's default applies. */
describeWithBubblewrap.each(['asked for', 'by default'])(
  'the limits of a sandbox, %s, read back from inside',
  (way) => {
    const directory = useDirectory();
    const asking = useWorkspaces(new SandboxBackend(), directory);
    const withDefault = {
      memoryBytes: openingBy('memoryBytes'),
      pids: openingBy('pids'),
      cpus: openingBy('cpus'),
      diskBytes: openingBy('diskBytes'),
      inodes: openingBy('inodes'),
    };

    function openingBy(limit: keyof typeof LIMITS) {
      return useWorkspaces(new SandboxBackend({ ...DEFAULT_LIMITS, [limit]: LIMITS[limit] }), directory);
    }

    /** A limit that the machine cannot hold is refused when it is asked for. */
    async function whereHeld(limit: keyof typeof LIMITS, check: (open: () => Promise<Workspace>) => Promise<void>) {
      const asks = way === 'asked for';
      const open = () => (asks ? asking({ [limit]: LIMITS[limit] }) : withDefault[limit]());
      const { unenforceable, watched } = await new SandboxBackend().probe();
      // Watched limits have a spec of their own.
      if (watched.includes(limit)) return;
      if (!unenforceable.includes(limit)) await check(open);
      else if (asks) await expect(open()).rejects.toMatchObject({ code: 'workspace.limit_not_held' });
      else await expect(run(await open(), ['true'])).resolves.toMatchObject({ code: 0 });
    }

    it('hold for memory', () =>
      whereHeld('memoryBytes', async (workspace) => {
        const allocate = (mib: number) => shell(`head -c ${mib}M /dev/zero | tail -c ${mib}M | wc -c`);
        const opened = await workspace();

        await expect(run(opened, allocate(16))).resolves.toMatchObject({ stdout: `${16 * MIB}\n` });
        await expect(run(opened, allocate(200))).resolves.not.toMatchObject({ stdout: `${200 * MIB}\n` });
      }));

    it('hold for the number of processes', () =>
      whereHeld('pids', async (workspace) => {
        const forking = shell('for n in 1 2 3 4 5 6 7 8 9; do sleep 60 & echo $n; done');
        const { stdout } = await run(await workspace(), forking);

        // The shell is the eighth.
        expect(stdout.trim().split('\n').at(-1)).toBe('7');
      }));

    it('hold for processor time', () =>
      whereHeld('cpus', async (workspace) => {
        const busy = 'end=$((SECONDS + 2)); while ((SECONDS < end)); do :; done; times';
        const { stdout } = await run(await workspace(), ['bash', '-c', busy]);

        const seconds = [...stdout.matchAll(/0m([\d.]+)s/g)].reduce((sum, [, value]) => sum + Number(value), 0);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThan(0.8);
      }));

    it('hold for the disk, in every writable directory', () =>
      whereHeld('diskBytes', async (workspace) => {
        const opened = await workspace();
        const write = (path: string, mib: number) => shell(`dd if=/dev/zero of=${path} bs=1M count=${mib} 2>&1`);

        await expect(run(opened, write('/workspace/some', 4))).resolves.toMatchObject({ code: 0 });
        for (const directory of WRITABLE) {
          const { code, stdout } = await run(opened, write(`${directory}/more`, 6));
          expect({ directory, code }).toEqual({ directory, code: 1 });
          expect(stdout).toContain('No space left on device');
          await run(opened, ['rm', `${directory}/more`]);
        }
      }));

    it('hold for the number of files, in every writable directory', () =>
      whereHeld('inodes', async (workspace) => {
        const opened = await workspace();

        for (const directory of WRITABLE) {
          const create =
            'mkdir many && cd many && for n in $(seq 500); do : > $n || break; done; ls | wc -l; cd ..; rm -r many';
          const { stdout, stderr } = await run(opened, ['bash', '-c', `cd ${directory}; ${create}`]);
          expect({ directory, files: Number(stdout) < LIMITS.inodes }).toEqual({ directory, files: true });
          expect(stderr).toContain('No space left on device');
        }
      }));
  },
);

describeWithBubblewrap('a sandbox without limits of its own', () => {
  const backend = new SandboxBackend();
  const directory = useDirectory();
  const open = useWorkspaces(backend, directory);
  const small = new SandboxBackend({ ...DEFAULT_LIMITS, memoryBytes: 64 * MIB, diskBytes: 16 * MIB });
  const openSmall = useWorkspaces(small, directory);

  it('has 2 GiB of disk and 200,000 files for all that it can write, and nothing else to write to', async () => {
    const { watched } = await backend.probe();
    if (watched.includes('diskBytes')) return;

    const { stdout } = await run(await open(), [
      'sh',
      '-c',
      `df --output=itotal,size -B1 ${WRITABLE.join(' ')} | tail -n +2 | sort -u
       for place in $(cut -d' ' -f2 /proc/mounts); do test -d $place && touch $place/mine 2>/dev/null && echo $place; done`,
    ]);

    const [size, ...writable] = stdout.trim().split('\n');
    expect(size?.trim().split(/\s+/)).toEqual(['200000', String(2 * 1024 * MIB)]);
    expect(writable.sort()).toEqual([...WRITABLE].sort());
  });

  it('has as much more memory as its disk is larger than the default', async () => {
    const { unenforceable, watched } = await backend.probe();
    if (unenforceable.length + watched.length > 0) return;
    const opened = await openSmall({ diskBytes: 96 * MIB });

    const { stdout } = await run(opened, shell('dd if=/dev/zero of=file bs=1M count=80 2>&1 && stat -c %s file'));

    expect(stdout).toContain(`${80 * MIB}\n`);
  });
});
