import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFew } from './own-few';

const USER = { uid: 60_123, gid: 60_124 };

const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('a directory that is given to a user', () => {
  let root = '';
  beforeEach(() => {
    root = scratchDirectory();
  });
  afterEach(() => {
    removeDirectory(root);
  });

  const file = (...path: readonly string[]): string => {
    const name = join(root, ...path);
    writeFileSync(name, '');
    return name;
  };
  const ownerOf = (path: string) => lstatSync(path).uid;

  it('is given with all that is in it, with links and without their targets', () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const inside = file('a/b/file');
    const link = join(root, 'link');
    symlinkSync('/etc/hostname', link);

    expect(ownFew(root, USER)).toBe(true);

    expect([root, join(root, 'a'), join(root, 'a/b'), inside, link].map(ownerOf)).toEqual(Array(5).fill(USER.uid));
    expect(statSync('/etc/hostname').uid).toBe(0);
  });

  it('is left as it is when it has more files than a program gives away sooner', () => {
    const files = Array.from({ length: 101 }, (_, n) => file(`${n}`));

    expect(ownFew(root, USER)).toBe(false);

    expect(new Set([root, ...files].map(ownerOf))).toEqual(new Set([process.getuid?.()]));
  });

  it('is left as it is when its directories go deeper than a path of the kernel', () => {
    let deep = root;
    for (let n = 0; n < 11; n++) mkdirSync((deep = join(deep, 'd'.repeat(200))));

    expect(ownFew(root, USER)).toBe(false);

    expect(ownerOf(root)).toBe(process.getuid?.());
  });
});
