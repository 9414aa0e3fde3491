import { Inject, Injectable } from '@nestjs/common';
import { ExecutionId, PhaseId, SessionId } from '@syntropic/kernel';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AgentOutput } from '@syntropic/telemetry';
import { SETTINGS } from '../injection-tokens';
import type { LegEnd } from '../session';
import { removeSocket } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import { hasVolume, reapOrphans, removeTree, replaceFile, unmountVolume } from '../workspaces';

/** The ends of a session's legs, by leg number. */
export type LegEnds = Readonly<Record<number, LegEnd>>;

/** The session of a spool, and the lease under which it was last written. */
const SpooledSession = z.object({
  sessionId: SessionId,
  executionId: ExecutionId,
  phaseId: PhaseId,
  leg: z.number().int(),
  token: z.number().int(),
  /** Absent in files of older builds, which looked at each line. */
  output: AgentOutput.default('claude-stream-json'),
});
export type SpooledSession = Readonly<z.infer<typeof SpooledSession>>;

const CHECKPOINT = 'checkpoint.json';
const Noted = z.object({ uri: z.string() });

export type OpenDirectory = Readonly<{ directory: string; session: SpooledSession; legEnds: LegEnds }>;

/** The sessions on the runner's disk: one directory each, with workspace, spool, and the ends of its legs. */
@Injectable()
export class SessionDirectories {
  readonly #root: string;

  constructor(@Inject(SETTINGS) { directory }: Pick<RunnerSettings, 'directory'>) {
    this.#root = join(directory, 'sessions');
  }

  open(order: z.input<typeof SpooledSession>): OpenDirectory {
    const directory = this.make(order.sessionId);
    const session = SpooledSession.parse(order);
    replaceFile(join(directory, 'session.json'), JSON.stringify(session));
    return { directory, session, legEnds: legEndsIn(directory) };
  }

  make(sessionId: string): string {
    const directory = this.of(sessionId);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  }

  /** The directory as its last lease has left it; undefined for a session that was never opened here. */
  reopen(sessionId: string): OpenDirectory | undefined {
    const directory = this.of(sessionId);
    const session = read(join(directory, 'session.json'));
    if (session === undefined) return undefined;
    return { directory, session: SpooledSession.parse(session), legEnds: legEndsIn(directory) };
  }

  noteLegEnd({ directory, session, legEnds }: OpenDirectory, end: LegEnd): void {
    replaceFile(join(directory, 'legs.json'), JSON.stringify({ ...legEnds, [session.leg]: end }));
  }

  /** Records that the directory is what the checkpoint was made of. */
  noteCheckpoint(sessionId: string, uri: string): void {
    replaceFile(join(this.of(sessionId), CHECKPOINT), JSON.stringify({ uri }));
  }

  /** True when the directory is what the checkpoint was made of. That ends here, because the next leg changes it. */
  takeUp(sessionId: string, uri: string): boolean {
    const directory = this.of(sessionId);
    const file = join(directory, CHECKPOINT);
    const noted = Noted.safeParse(read(file));
    rmSync(file, { force: true });
    return noted.data?.uri === uri && hasVolume(directory);
  }

  /** The ids of the sessions; other entries, such as files of an operator's tools, are none. */
  async list(): Promise<string[]> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const entries = await readdir(this.#root, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && isSessionId(entry.name) ? [entry.name] : []));
  }

  async remove(sessionId: string): Promise<void> {
    const directory = this.of(sessionId);
    if (await removedFlat(directory)) return;
    await unmountVolume(directory);
    await removeSocket(directory);
    await removeTree(directory);
  }

  /** Kills the processes that an earlier life of this runner has left in the workspaces. */
  async reapOrphans(): Promise<void> {
    await reapOrphans(this.#root);
  }

  of(sessionId: string): string {
    return join(this.#root, sessionId);
  }
}

/** Removes a directory in which only files are left, without a program's start; false when there is more. */
async function removedFlat(directory: string): Promise<boolean> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  if (entries.length === 0 || !entries.every((entry) => entry.isFile())) return false;
  for (const { name } of entries) await unlink(join(directory, name));
  await rmdir(directory);
  return true;
}

const isSessionId = (name: string) => SessionId.safeParse(name).success;

/** Written by `noteLegEnd`. */
const legEndsIn = (directory: string) => (read(join(directory, 'legs.json')) ?? {}) as LegEnds;

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
