import { LocalObjectStorage } from '@syntropic/object-storage';
import { join } from 'node:path';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

describeWithBubblewrap('a session with more input files than its order has room for', () => {
  it('gets all of them', async () => {
    const { uri } = await new LocalObjectStorage(join(directory.path, 'objects')).put(Buffer.from('plan'));
    const paths = ['a.md', 'b.md', 'c.md', 'd.md', 'e.md'];
    const [first] = paths.map((path) => ({ path, uri }));
    runner.platform.answers.set('ListInputs', ({ skip }) => {
      const page = paths.slice(Number(skip), Number(skip) + 2).map((path) => ({ path, uri }));
      return { artifacts: page, hasMore: Number(skip) + page.length < paths.length };
    });
    const order = orderOf(shell('ls artifacts/input/plan'), {
      earlier: [{ phaseId: 'plan', artifacts: first ? [first] : [], hasMore: true }],
    });
    runner.platform.offer(order);
    await runner.start();

    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });
    expect(runner.platform.linesOf(order)).toEqual(paths);
  });
});
