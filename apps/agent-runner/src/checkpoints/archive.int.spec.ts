import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { useDirectory } from '../../test/workspace.fixture';
import { pack, unpack } from './archive';

const NOBODY = 65_534;
const itAsRoot = process.geteuid?.() === 0 ? it : it.skip;
const MEBIBYTE = 1024 ** 2;
const root = useDirectory();
const never = new AbortController().signal;

/** A directory `files` to be packed, and an empty one to unpack it into. */
function places() {
  const [from, to] = [mkdtempSync(join(root.path, 'from-')), mkdtempSync(join(root.path, 'to-'))];
  const source = join(from, 'files');
  mkdirSync(source);
  return { from, to, source, target: join(to, 'files'), file: join(from, 'archive') };
}

const packed = ({ from, file }: ReturnType<typeof places>, maxBytes = 64 * MEBIBYTE, signal = never) =>
  pack([{ directory: from, names: ['files'] }], { file, maxBytes, signal });

const unpacked = ({ to, file }: ReturnType<typeof places>) => unpack(file, { directory: to, names: ['files'] }, never);

describe('an archive', () => {
  it('brings back bytes, modes, times, links and second names', async () => {
    const at = places();
    writeFileSync(join(at.source, 'program'), '#!/bin/sh\n', { mode: 0o751 });
    utimesSync(join(at.source, 'program'), 1_000_000_000, 1_000_000_000);
    linkSync(join(at.source, 'program'), join(at.source, 'second name'));
    mkdirSync(join(at.source, 'closed'));
    writeFileSync(join(at.source, 'closed', 'inside'), randomBytes(100_000));
    chmodSync(join(at.source, 'closed'), 0o500);
    symlinkSync('../elsewhere', join(at.source, 'dangling'));
    await packed(at);
    await unpacked(at);

    const program = statSync(join(at.target, 'program'));
    expect({ mode: program.mode & 0o7777, seconds: program.mtimeMs / 1_000 }).toEqual({ mode: 0o751, seconds: 1e9 });
    expect(statSync(join(at.target, 'second name')).ino).toBe(program.ino);
    expect(statSync(join(at.target, 'closed')).mode & 0o7777).toBe(0o500);
    expect(readFileSync(join(at.target, 'closed', 'inside'))).toEqual(
      readFileSync(join(at.source, 'closed', 'inside')),
    );
    expect(readlinkSync(join(at.target, 'dangling'))).toBe('../elsewhere');
  });

  it('has no file of a directory that a link leads to, and writes nothing through one', async () => {
    const at = places();
    const outside = mkdtempSync(join(root.path, 'outside-'));
    writeFileSync(join(outside, 'secret'), 'of the host');
    symlinkSync(outside, join(at.source, 'out'));
    symlinkSync('/etc', join(at.source, 'absolute'));
    await packed(at);
    expect(execFileSync('tar', ['-tzf', at.file], { encoding: 'utf8' })).not.toContain('secret');
    expect(execFileSync('sh', ['-c', 'gzip -dc "$0"', at.file]).includes('of the host')).toBe(false);

    await unpacked(at);
    expect(lstatSync(join(at.target, 'out')).isSymbolicLink()).toBe(true);
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  it('has no set-user bits and no sockets', async () => {
    const at = places();
    writeFileSync(join(at.source, 'raises'), '');
    chmodSync(join(at.source, 'raises'), 0o6755);
    const bind = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    expect(() => execFileSync(process.execPath, ['-e', bind, join(at.source, 'socket')])).toThrow();
    expect(existsSync(join(at.source, 'socket'))).toBe(true);
    await packed(at);
    await unpacked(at);

    expect(statSync(join(at.target, 'raises')).mode & 0o7777).toBe(0o755);
    expect(readdirSync(at.target)).toEqual(['raises']);
  });

  itAsRoot('has the files of an ordinary user that nobody has a right to', async () => {
    const at = places();
    mkdirSync(join(at.source, 'closed'));
    writeFileSync(join(at.source, 'closed', 'file'), 'kept');
    for (const path of [root.path, at.from]) chmodSync(path, 0o777);
    execFileSync('chown', ['-R', String(NOBODY), at.from, at.to]);
    for (const path of [join(at.source, 'closed', 'file'), join(at.source, 'closed')]) chmodSync(path, 0);
    process.seteuid?.(NOBODY);
    await packed(at).finally(() => process.seteuid?.(0));
    await unpacked(at);

    expect(readFileSync(join(at.target, 'closed', 'file'), 'utf8')).toBe('kept');
  });

  it('brings back any name', async () => {
    const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== '/'.charCodeAt(0));
    const name = fc
      .array(byte, { minLength: 1, maxLength: 255 })
      .map((bytes) => Buffer.from(bytes))
      .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 20, selector: (one) => one.toString('latin1') }),
        async (names) => {
          const at = places();
          for (const one of [
            ...names,
            Buffer.from('--checkpoint-action=exec=sh'),
            Buffer.from('-C'),
            Buffer.from('a\nb'),
          ]) {
            writeFileSync(Buffer.concat([Buffer.from(`${at.source}/`), one]), one);
          }
          await packed(at);
          await unpacked(at);

          const namesIn = (directory: string) =>
            readdirSync(Buffer.from(directory), { encoding: 'buffer' })
              .map((one) => one.toString('latin1'))
              .sort();
          expect(namesIn(at.target)).toEqual(namesIn(at.source));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('costs nothing for a hole', async () => {
    const at = places();
    writeFileSync(join(at.source, 'hole'), 'begins');
    truncateSync(join(at.source, 'hole'), 2 ** 42);
    await packed(at, MEBIBYTE);
    await unpacked(at);

    const { size, blocks } = statSync(join(at.target, 'hole'));
    expect({ size, isSparse: blocks * 512 < MEBIBYTE }).toEqual({ size: 2 ** 42, isSparse: true });
  });

  it('does not become larger than it may', async () => {
    const at = places();
    writeFileSync(join(at.source, 'large'), randomBytes(2 * MEBIBYTE));

    await expect(packed(at, MEBIBYTE)).rejects.toThrow(`do not fit into ${MEBIBYTE} bytes`);
    expect(statSync(at.file).size).toBeLessThanOrEqual(MEBIBYTE);
  });

  it('is refused for a path that could not be made again', async () => {
    const at = places();
    execFileSync('sh', ['-c', `for n in $(seq 25); do mkdir ${'d'.repeat(200)} && cd -P ${'d'.repeat(200)}; done`], {
      cwd: at.source,
    });

    await expect(packed(at)).rejects.toThrow('longer than 4000 bytes');
    execFileSync('rm', ['-rf', at.from]);
  });

  it('has a hash of its own each time', async () => {
    const [one, other] = [places(), places()];
    for (const at of [one, other]) {
      writeFileSync(join(at.source, 'same'), 'bytes');
      utimesSync(join(at.source, 'same'), 1, 1);
      utimesSync(at.source, 1, 1);
      await packed(at);
    }
    expect(readFileSync(one.file).equals(readFileSync(other.file))).toBe(false);
  });

  it('is not written to the end after the signal', async () => {
    const at = places();
    writeFileSync(join(at.source, 'large'), randomBytes(8 * MEBIBYTE));
    const ended = new AbortController();
    const packing = packed(at, 64 * MEBIBYTE, ended.signal);
    ended.abort(new Error('the lease is lost'));

    await expect(packing).rejects.toThrow('the lease is lost');
  });

  it('that is broken is not brought back', async () => {
    const at = places();
    writeFileSync(join(at.source, 'file'), randomBytes(MEBIBYTE));
    await packed(at);
    truncateSync(at.file, MEBIBYTE / 2);

    await expect(unpacked(at)).rejects.toThrow('tar failed');
  });
});
