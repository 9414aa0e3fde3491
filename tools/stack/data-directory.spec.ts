import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsIn } from './credentials';
import { DataDirectory } from './data-directory';

describe('a data directory', () => {
  const parent = mkdtempSync(join(tmpdir(), 'syn-data-'));
  const root = join(parent, 'data');

  afterAll(() => {
    rmSync(parent, { recursive: true });
  });

  it('is for its own user, and for one stack at a time', () => {
    const directory = DataDirectory.claim(root);

    expect(modeOf(root)).toBe('700');
    expect(() => DataDirectory.claim(root)).toThrow(`a stack already runs on ${root} (process ${process.pid})`);
    directory.release();
    DataDirectory.claim(root).release();
  });

  it('is free again when its holder has ended and another process has the id', () => {
    writeFileSync(join(root, 'stack.pid'), `${process.pid} 1\n`);

    expect(() => {
      DataDirectory.claim(root).release();
    }).not.toThrow();
  });

  it('keeps its passwords across starts, readable by its own user only', () => {
    const directory = DataDirectory.claim(root);
    const first = credentialsIn(directory);

    expect(credentialsIn(directory)).toEqual(first);
    expect(modeOf(join(root, 'credentials.json'))).toBe('600');
    expect(readFileSync(join(root, 'credentials.json'), 'utf8')).toContain(first.postgres);
    directory.release();
  });
});

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
