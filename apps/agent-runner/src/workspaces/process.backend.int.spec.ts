import { execFileSync } from 'node:child_process';
import { run, shell, useDirectory, useWorkspaces } from '../../test/workspace.fixture';
import { ProcessBackend } from './process.backend';

describe('a plain process', () => {
  const backend = new ProcessBackend(true);
  const directory = useDirectory();
  const open = useWorkspaces(backend, directory);

  it('is refused where the configuration does not allow it', async () => {
    const forbidden = new ProcessBackend(false);
    const spec = { id: 'x', directory: directory.path, limits: {}, environment: {} };

    await expect(forbidden.probe()).resolves.toMatchObject({
      available: false,
      reason: 'not allowed by configuration',
    });
    await expect(forbidden.create(spec)).rejects.toMatchObject({ code: 'workspace.backend_not_allowed' });
  });

  it('says that no filter of system calls applies', async () => {
    await expect(backend.probe()).resolves.toMatchObject({ available: true, seccomp: false });
  });

  it('refuses a disk limit, which it cannot enforce', async () => {
    await expect(open({ diskBytes: 1_000_000 })).rejects.toMatchObject({ code: 'workspace.limit_not_held' });
  });

  it('runs in its directory, with a home of its own and nothing of the runner’s environment', async () => {
    const workspace = await open({}, { COLOUR: 'blue' });
    const { code, stdout } = await run(
      workspace,
      shell('pwd; cat; echo $COLOUR$NODE_ENV; test "$HOME" != /root'),
      'prompt\n',
    );

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${workspace.directory}\nprompt\nblue\n` });
  });

  it('enforces the number of processes where there are control groups', async () => {
    const { unenforceable } = await backend.probe();
    const limits = { pids: 8 };
    if (unenforceable.includes('pids')) {
      await expect(open(limits)).rejects.toMatchObject({ code: 'workspace.limit_not_held' });
      return;
    }
    const { stdout } = await run(await open(limits), shell('for n in 1 2 3 4 5 6 7 8 9; do sleep 60 & echo $n; done'));

    expect(stdout.trim().split('\n').at(-1)).toBe('7');
  });

  it('ends the processes it left running, orphans included', async () => {
    const workspace = await open();
    const mark = `6${String(Date.now()).slice(-6)}`;

    await run(workspace, shell(`(setsid sleep ${mark} > /dev/null 2>&1 &) ; true`));

    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`sleep ${mark}`);
  });
});
