import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

/** The last that a failing program has said, which names the file in its way. */
const SAID_BYTES = 500;

/**
 * Everything but the directory itself, which belongs to its machine. An agent can have taken the right to its files from their owner,
 * which is this process's user too. No link is followed.
 */
const EACH = `
find . -mindepth 1 -type d ! -perm -u=rx -exec chmod u+rx {} \\; -o -type f ! -perm -u=r -exec chmod u+r {} \\;
find . -mindepth 1 -maxdepth 1 -print0 | exec tar "$@" --null --verbatim-files-from --files-from=-
`;
const WRITING = [
  ...['sh', '-c', EACH, 'tar', '--create', '--file=-', '--format=posix', '--sparse'],
  ...['--numeric-owner', '--owner=0', '--group=0', '--mode=ug-s'],
];
/** Modes come from the stream, but for those that give a program the rights of its file's owner. */
const READING = [
  ...['sh', '-c', 'umask 0; exec tar "$@"', 'tar', '--extract', '--file=-', '--no-same-owner'],
  ...['--no-same-permissions', '--no-overwrite-dir', '--delay-directory-restore'],
];

export interface TarOptions {
  /** The search path for the program. */
  readonly path: string;
  /** A command line that runs tar with fewer rights. */
  readonly wrapper?: readonly string[];
  /** Called with the process, before it does anything. */
  readonly onStart?: (tar: ChildProcess) => void;
}

/**
 * Writes the content of a directory to a stream, and ends it: modes, times, links as links, holes as holes. Sockets are left out.
 * A stream that is not ended is not complete.
 * @throws when a file cannot be read, with its name
 */
export async function writeFiles(directory: string, to: Writable, options: TarOptions): Promise<void> {
  try {
    const tar = start(WRITING, directory, options);
    await bothOf(pipeline(tar.stdout, to, { end: false }), ended(tar));
    to.end();
  } catch (error) {
    to.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Writes the files of a stream into a directory. The rights of the process bound what a hostile stream can do. */
export async function readFiles(from: Readable, directory: string, options: TarOptions): Promise<void> {
  const tar = start(READING, directory, options);
  const read = finished(from, { writable: false });
  read.catch(() => tar.stdin.destroy());
  // Tar does not wait for the end of its input, which has to be read nevertheless.
  tar.stdin.once('close', () => from.unpipe(tar.stdin).resume());
  from.pipe(tar.stdin);
  await bothOf(read, ended(tar));
}

/** @throws the fault of the first before that of the second, which is its consequence */
export async function bothOf(first: Promise<void>, second: Promise<void>): Promise<void> {
  const both = await Promise.allSettled([first, second]);
  for (const one of both) if (one.status === 'rejected') throw one.reason;
}

function start(argv: readonly string[], cwd: string, { path, wrapper = [], onStart }: TarOptions) {
  const [program = '', ...rest] = [...wrapper, ...argv];
  const child = spawn(program, rest, { cwd, env: { PATH: path, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  onStart?.(child);
  return child;
}

async function ended(child: ReturnType<typeof start>): Promise<void> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID_BYTES)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnfile} failed: ${said.trim()}`);
}
