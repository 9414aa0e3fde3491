import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

const endOf = async (script: string, limits = {}) => {
  const order = orderOf({ ...shell(script), ...limits });
  runner.platform.offer(order);
  await runner.start();
  return runner.platform.receives('CompleteSession', order);
};
const objects = () => readdirSync(join(directory.path, 'objects', 'incoming'));

describeWithBubblewrap('the artifacts of a session', () => {
  it('fail it with their size when they are too large, and nothing of them is stored', async () => {
    const ended = await endOf('cd artifacts/output && echo small > small && truncate -s 8T hole');

    expect(ended).toMatchObject({
      status: 'failed',
      errorType: 'artifacts_too_large',
      error: 'too large for artifacts: hole (it has 8,388,608 MiB, above the limit of a file: 1,024 MiB)',
      artifacts: [{ path: 'small', sizeBytes: 6 }],
    });
    expect(objects()).toEqual([]);
  });

  it('are recorded one by one: a refused one is named, and the others are kept', async () => {
    const refusal = { code: 'command.invalid', refusal: 'invalid', message: 'path: not this one' };
    runner.platform.answers.set('CreateArtifact', ({ path }) => (path === 'b' ? refusal : { position: 1, version: 1 }));
    const ended = await endOf('cd artifacts/output && touch a b c');

    expect(ended).toMatchObject({
      status: 'failed',
      errorType: 'artifacts_not_stored',
      error: 'artifacts that could not be stored: b (path: not this one)',
      artifacts: [{ path: 'a' }, { path: 'c' }],
    });
  });

  it('are stored apart where their usual place was given up', async () => {
    const refusal = { code: 'content.removed', refusal: 'conflict', message: 'given up' };
    const named: string[] = [];
    runner.platform.answers.set('CreateArtifact', ({ uri }) => {
      named.push(String(uri));
      return named.length === 1 ? refusal : { position: 1, version: 1 };
    });
    const ended = await endOf('echo again > artifacts/output/a');

    const [usual = '', apart = ''] = named;
    expect(apart).toMatch(`${usual}.`);
    expect(ended).toMatchObject({ status: 'completed', artifacts: [{ path: 'a', uri: apart }] });
    const stored = readdirSync(join(directory.path, 'objects'), { recursive: true, encoding: 'utf8' });
    const isStored = (uri: string) => stored.some((path) => path.endsWith(uri.slice('sha256:'.length)));
    expect([usual, apart].map(isStored)).toEqual([false, true]);
  });
});
