import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PATH } from '../workspaces';

/** Files and directories of one directory, by their names in it. */
export type Part = Readonly<{ directory: string; names: readonly string[] }>;

type PackOptions = Readonly<{
  file: string;
  /** The most bytes that the archive may have. */
  maxBytes: number;
  signal: AbortSignal;
  compression?: Compression;
}>;

/** Archives that stay on their machine are made and read faster without. */
type Compression = 'gzip' | 'none';

/** The kernel refuses longer paths: an agent can nest directories that no archive can bring back. */
const MAX_PATH_BYTES = 4_000;
/** The last that a failing program has said, which names the file in its way. */
const SAID_BYTES = 500;

/**
 * Writes files of these directories into one archive, compressed unless it is said otherwise, with modes, links as links, and holes as holes. Sockets are left out.
 * No process may change the files meanwhile. The same files never make the same bytes twice.
 */
export async function pack(parts: readonly Part[], options: PackOptions): Promise<void> {
  const { file, maxBytes, signal } = options;
  try {
    if (await isReadable(() => write(parts, options))) return;
    // An agent can have taken the rights to its files from their owner, who is the runner's user.
    const paths = parts.flatMap(({ directory, names }) => names.map((name) => join(directory, name)));
    await run(['chmod', '-R', 'u+rX', '--', ...paths], { signal });
    await write(parts, options);
  } catch (error) {
    signal.throwIfAborted();
    if ((await sizeOf(file)) >= maxBytes)
      throw new Error(`its files do not fit into ${maxBytes} bytes`, { cause: error });
    throw error;
  }
}

/** Writes these members of an archive into a directory. Their owner is the runner's user, and nothing is written through a link. */
export async function unpack(
  file: string,
  { directory, names }: Part,
  signal: AbortSignal,
  compression: Compression = 'gzip',
): Promise<void> {
  const into = ['--directory', directory, '--', ...names];
  await run(['tar', '--extract', `--file=${file}`, ...READING[compression], ...into], { signal });
}

async function write(
  parts: readonly Part[],
  { file, maxBytes, signal, compression = 'gzip' }: PackOptions,
): Promise<void> {
  for (const part of parts) await refuseLongPaths(part, signal);
  const members = parts.flatMap(({ directory, names }) => ['-C', directory, ...names]);
  const limit = ['prlimit', `--fsize=${maxBytes}`, '--'];
  await run([...limit, 'tar', '--create', `--file=${file}`, ...writing(compression), ...members], { signal });
}

async function isReadable(attempt: () => Promise<void>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (error instanceof ProgramFailed && error.said.includes('Permission denied')) return false;
    throw error;
  }
}

const writing = (compression: Compression) => [
  ...(compression === 'gzip' ? ['--use-compress-program=gzip -1'] : []),
  ...['--format=posix', `--pax-option=comment=${randomUUID()}`],
  ...['--sparse', '--numeric-owner', '--owner=0', '--group=0', '--mode=ug-s'],
];

/** Each member is there once: reading ends when all are found. */
const MEMBERS = ['--occurrence=1', '--preserve-permissions', '--no-same-owner'];
const READING = { gzip: ['--use-compress-program=gzip', ...MEMBERS], none: MEMBERS };

async function refuseLongPaths({ directory, names }: Part, signal: AbortSignal): Promise<void> {
  const roots = names.map((name) => `./${name}`);
  const longest = ['-regextype', 'posix-extended', '-regex', `.{${MAX_PATH_BYTES},}`, '-print', '-quit'];
  const found = await run(['find', ...roots, ...longest], { signal, cwd: directory });
  if (found !== '') throw new Error(`a path in it is longer than ${MAX_PATH_BYTES} bytes`);
}

class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';

  constructor(
    program: string,
    readonly said: string,
  ) {
    super(`${program} failed: ${said}`);
  }
}

type RunOptions = Readonly<{ signal: AbortSignal; cwd?: string }>;

/** Runs a program of the system at low priority. Returns the beginning of its output. @throws ProgramFailed, the signal's reason */
async function run(argv: readonly string[], { signal, cwd }: RunOptions): Promise<string> {
  signal.throwIfAborted();
  const child = spawn('nice', argv, { cwd, env: { PATH, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', said: '' };
  child.stdout.setEncoding('latin1').on('data', (text: string) => (output.out ||= text.slice(0, SAID_BYTES)));
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (output.said = (output.said + text).slice(-SAID_BYTES)));
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    if (code !== 0) throw new ProgramFailed(argv[0] ?? '', output.said.trim());
    return output.out;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

const sizeOf = async (file: string): Promise<number> => {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return size;
};
