import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { useDirectory } from '../../test/workspace.fixture';
import { PATH } from '../workspaces/programs';
import { readFiles, writeFiles } from './file-stream';

const options = { path: PATH };

describe('files between a runner and a pod', () => {
  const directory = useDirectory();
  const filled = async (script: string) => {
    const made = await mkdtemp(join(directory.path, 'from-'));
    execFileSync('sh', ['-ec', script], { cwd: made });
    return made;
  };
  const streamed = async (from: string) => {
    const stream = new PassThrough();
    const [bytes] = await Promise.all([buffer(stream), writeFiles(from, stream, options)]);
    return bytes;
  };

  it('keep modes, times, links and holes, also those that their owner may not read', async () => {
    const from = await filled(`
      mkdir -p deep/er; echo text > deep/er/file; chmod 0 deep/er/file; chmod 0 deep/er
      ln -s /etc/passwd link; echo 'rm' > ' -rf'; echo run > program; chmod 751 program
      touch -d 2020-02-02T02:02:02Z program; truncate -s 100M hole
    `);
    const bytes = await streamed(from);
    const to = await mkdtemp(join(directory.path, 'to-'));

    await readFiles(Readable.from([bytes]), to, options);

    expect(bytes.length).toBeLessThan(1_000_000);
    expect(readdirSync(to).sort()).toEqual([' -rf', 'deep', 'hole', 'link', 'program']);
    expect(readFileSync(join(to, 'deep/er/file'), 'utf8')).toBe('text\n');
    expect(readlinkSync(join(to, 'link'))).toBe('/etc/passwd');
    const { mode, mtime } = statSync(join(to, 'program'));
    expect([mode & 0o7777, mtime.toISOString()]).toEqual([0o751, '2020-02-02T02:02:02.000Z']);
    expect(statSync(join(to, 'hole'))).toMatchObject({ size: 100 * 1024 ** 2, blocks: 0 });
  });

  it('may be none', async () => {
    const to = await mkdtemp(join(directory.path, 'to-'));

    await readFiles(Readable.from([await streamed(await filled('true'))]), to, options);

    expect(readdirSync(to)).toEqual([]);
  });

  it('are incomplete when their stream breaks off, wherever that is', async () => {
    const bytes = await streamed(await filled('for n in 1 2 3 4; do head -c 2048 /dev/zero > $n; done'));
    const to = await mkdtemp(join(directory.path, 'to-'));
    const broken = new PassThrough();
    // The end of a file, which a program that reads archives takes for the end of all.
    broken.write(bytes.subarray(0, (bytes.length / 10_240) * 5_120));
    setImmediate(() => broken.destroy(new Error('broken off')));

    await expect(readFiles(broken, to, options)).rejects.toThrow('broken off');
  });

  it('are written to no place outside of their directory', async () => {
    const outside = join(directory.path, 'outside');
    mkdirSync(outside);
    const hostile = await filled(`
      mkdir one two three; ln -s ${outside} one/way; mkdir two/way; echo bad > two/way/in
      tar -C one -cf archive way; tar -C two -rf archive way/in
      echo bad > three/up; tar -C three --transform 's,^,../../outside/,' -P -rf archive up
    `);
    const to = await mkdtemp(join(directory.path, 'to-'));

    await expect(readFiles(createReadStream(join(hostile, 'archive')), to, options)).rejects.toThrow();

    expect(readdirSync(outside)).toEqual([]);
  });

  it('give no program the rights of their owner', async () => {
    const hostile = await filled('echo x > program; chmod 6755 program; tar -cf archive program');
    const to = await mkdtemp(join(directory.path, 'to-'));

    await readFiles(createReadStream(join(hostile, 'archive')), to, options);

    expect(lstatSync(join(to, 'program')).mode & 0o7000).toBe(0);
    expect(existsSync(join(to, 'archive'))).toBe(false);
  });
});
