import { useCluster } from '../../../test/kubernetes-cluster.fixture';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../../test/workspace.fixture';

describeWithBubblewrap('a cluster', () => {
  const directory = useDirectory();
  const open = useCluster(directory, { policies: [] });
  const withSandboxes = useCluster(directory, { hasSandboxes: true });
  const evicting = useCluster(directory, { pending: { phase: 'Failed', reason: 'Evicted', message: 'no room' } });
  const workspaces = useWorkspaces(withSandboxes.backend(), directory);
  const failing = useWorkspaces(evicting.backend(), directory);

  it('without a policy that shuts workspaces off is not offered', async () => {
    await expect(open.backend().probe()).resolves.toMatchObject({
      available: false,
      reason: 'no NetworkPolicy of workspaces shuts pods of workspaces off in both directions',
    });
  });

  it('that cannot be asked is not offered', async () => {
    const backend = open.backend({ url: 'http://127.0.0.1:1' });

    await expect(backend.probe()).resolves.toMatchObject({ available: false, reason: expect.any(String) as string });
  });

  it('with the resource of agent-sandbox runs workspaces as sandboxes', async () => {
    const workspace = await workspaces();

    await expect(run(workspace, shell('echo inside'))).resolves.toMatchObject({ stdout: 'inside\n' });

    expect(withSandboxes.cluster.created.map(({ kind }) => kind)).toEqual(['secrets', 'sandboxes']);
    await workspace.release();
    expect(withSandboxes.cluster.names).toEqual([]);
  });

  it('tells why a pod did not start', async () => {
    const agent = (await failing()).spawn(['true'], { stdin: '', env: {} });
    agent.stdout.resume();

    await expect(agent.exit).rejects.toMatchObject({
      code: 'workspace.not_started',
      message: 'the pod was not started: Evicted: no room',
    });
  });
});
