import { Inject, Injectable } from '@nestjs/common';
import { ExecutionId, PhaseId, SessionId } from '@syntropic/kernel';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AgentOutput } from '@syntropic/telemetry';
import { SETTINGS } from '../injection-tokens';
import type { LegEnd } from '../session';
import { removeSocket } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import { reapOrphans, removeTree, unmountVolume } from '../workspaces';

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

export type OpenDirectory = Readonly<{ directory: string; session: SpooledSession; legEnds: LegEnds }>;

/** The sessions on the runner's disk: one directory each, with workspace, spool, and the ends of its legs. */
@Injectable()
export class SessionDirectories {
  readonly #root: string;

  constructor(@Inject(SETTINGS) { directory }: Pick<RunnerSettings, 'directory'>) {
    this.#root = join(directory, 'sessions');
  }

  async open(order: z.input<typeof SpooledSession>): Promise<OpenDirectory> {
    const directory = this.#of(order.sessionId);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const session = SpooledSession.parse(order);
    await write(join(directory, 'session.json'), session);
    return { directory, session, legEnds: await legEndsIn(directory) };
  }

  /** The directory as its last lease has left it; undefined for a session that was never opened here. */
  async reopen(sessionId: string): Promise<OpenDirectory | undefined> {
    const directory = this.#of(sessionId);
    const session = await read(join(directory, 'session.json'));
    if (session === undefined) return undefined;
    return { directory, session: SpooledSession.parse(session), legEnds: await legEndsIn(directory) };
  }

  async noteLegEnd(sessionId: string, leg: number, end: LegEnd): Promise<void> {
    const directory = this.#of(sessionId);
    await write(join(directory, 'legs.json'), { ...(await legEndsIn(directory)), [leg]: end });
  }

  /** The ids of the sessions; other entries, such as files of an operator's tools, are none. */
  async list(): Promise<string[]> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const entries = await readdir(this.#root, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && isSessionId(entry.name) ? [entry.name] : []));
  }

  async remove(sessionId: string): Promise<void> {
    const directory = this.#of(sessionId);
    await unmountVolume(directory);
    await removeSocket(directory);
    await removeTree(directory);
  }

  /** Kills the processes that an earlier life of this runner has left in the workspaces. */
  async reapOrphans(): Promise<void> {
    await reapOrphans(this.#root);
  }

  #of(sessionId: string): string {
    return join(this.#root, sessionId);
  }
}

const isSessionId = (name: string) => SessionId.safeParse(name).success;

/** Written by `noteLegEnd`. */
const legEndsIn = async (directory: string) => ((await read(join(directory, 'legs.json'))) ?? {}) as LegEnds;

/** Writes atomically: a crash leaves the old content or the new one. */
async function write(file: string, content: object): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(content));
  await rename(`${file}.new`, file);
}

async function read(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
