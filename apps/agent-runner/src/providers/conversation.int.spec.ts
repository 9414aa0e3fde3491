import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { entriesIn } from './conversation';

describe("the names in a directory of an agent's home", () => {
  const home = useDirectory();

  it('are listed, but not through a link that the agent has made', async () => {
    mkdirSync(join(home.path, '.agent/real'), { recursive: true });
    writeFileSync(join(home.path, '.agent/real/file'), '');
    symlinkSync('/', join(home.path, '.agent/root'));
    symlinkSync('.agent', join(home.path, '.linked'));

    await expect(entriesIn(home.path, '.agent', 'real')).resolves.toEqual(['file']);
    await expect(entriesIn(home.path, '.agent', 'root')).resolves.toEqual([]);
    await expect(entriesIn(home.path, '.linked', 'real')).resolves.toEqual([]);
    await expect(entriesIn(home.path, 'none')).resolves.toEqual([]);
  });
});
