import { describeWithAgent, eventually } from '@syntropic/testing';
import { useCluster } from '../../../test/kubernetes-cluster.fixture';
import { itRunsClaude, itRunsSessions } from '../../../test/session-contract';
import { command, listen, toTheEnd, useSessions } from '../../../test/session.fixture';
import { describeWithBubblewrap, useDirectory } from '../../../test/workspace.fixture';

describeWithBubblewrap('a session in pods', () => {
  const directory = useDirectory();
  const fixture = useCluster(directory);
  const start = useSessions(fixture.backend(), directory);
  itRunsSessions(start);

  it('fails with the limit when its memory is exceeded', async () => {
    const run = await start({
      agent: command('sh', '-c', 'head -c 400m /dev/zero | tail -c 300m > /dev/null'),
      limits: { memoryBytes: 64 * 1024 ** 2 },
    });

    const { finished } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'failed', isOutOfMemory: true });
    expect(finished.error).toContain('the memory limit of 64 MiB was exceeded');
  });

  it('fails with the reason when its pod is lost', async () => {
    const run = await start({ agent: command('sh', '-c', 'echo ready; sleep 600') });
    const { lines, drained } = listen(run);
    await eventually(() => lines.some(({ text }) => text === 'ready'));

    for (const pod of fixture.cluster.pods.values()) await pod.kill({ isEvicted: true });

    const finished = await run.finished;
    await drained;
    expect(finished).toMatchObject({ outcome: 'failed' });
    expect(finished.error).toContain('the pod of the workspace was lost: Evicted');
  });

  it('cancelled while its pod starts ends at once', async () => {
    const run = await start({ agent: command('sleep', '600') });
    run.cancel();

    await expect(toTheEnd(run)).resolves.toMatchObject({ finished: { outcome: 'cancelled' } });
    expect(fixture.cluster.names).toEqual([]);
  });
});

describeWithAgent('claude', 'Claude Code in a pod', () => {
  const directory = useDirectory();
  itRunsClaude(useSessions(useCluster(directory).backend(), directory), 'kubernetes');
});
