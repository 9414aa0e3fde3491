import { eventually } from '@syntropic/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

describeWithBubblewrap('a session that nests thousands of directories', () => {
  it('completes, and leaves none of them behind', async () => {
    const order = orderOf(shell('i=0; while [ $i -lt 3000 ]; do mkdir dd && cd dd; i=$((i+1)); done; chmod 0 .'));
    runner.platform.offer(order);
    await runner.start({ home: 'deep' });

    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });
    await eventually(() => readdirSync(join(directory.path, 'deep', 'sessions')).length === 0);
  });
});
