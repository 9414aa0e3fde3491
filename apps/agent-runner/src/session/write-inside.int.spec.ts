import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { writeInside } from './write-inside';

describe('a file for a directory of others', () => {
  const directory = useDirectory();
  const root = (name: string) => {
    const made = join(directory.path, name);
    mkdirSync(made);
    return made;
  };

  it('takes the place of links that lead elsewhere, and of directories', async () => {
    const [home, elsewhere] = [root('home'), root('elsewhere')];
    writeFileSync(join(elsewhere, 'settings'), 'untouched');
    symlinkSync(elsewhere, join(home, '.claude'));
    mkdirSync(join(home, 'b/c'), { recursive: true });
    symlinkSync(join(elsewhere, 'settings'), join(home, 'd'));

    for (const path of ['.claude/settings', 'b/c', 'd', './e/f/g']) await writeInside(home, path, path);

    expect(['.claude/settings', 'b/c', 'd', 'e/f/g'].map((path) => readFileSync(join(home, path), 'utf8'))).toEqual([
      ...['.claude/settings', 'b/c', 'd', './e/f/g'],
    ]);
    expect(lstatSync(join(home, 'd')).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(elsewhere, 'settings'), 'utf8')).toBe('untouched');
  });

  it('keeps what is beside it', async () => {
    const home = root('beside');
    mkdirSync(join(home, 'a'));
    writeFileSync(join(home, 'a/kept'), '');

    await writeInside(home, 'a/made', 'made');

    expect([existsSync(join(home, 'a/kept')), existsSync(join(home, 'a/made'))]).toEqual([true, true]);
  });
});
