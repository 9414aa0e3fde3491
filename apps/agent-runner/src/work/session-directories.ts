import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LegEnd } from '../session';
import { reapOrphans } from '../workspaces';

/** How each leg of a session ended, by its number. */
export type LegEnds = Readonly<Record<number, LegEnd>>;

/** Where sessions live on this runner's disk: workspace, spool, and how legs have ended. */
export class SessionDirectories {
  constructor(private readonly root: string) {}

  of(sessionId: string): string {
    return join(this.root, sessionId);
  }

  async open(sessionId: string): Promise<{ directory: string; legEnds: LegEnds }> {
    const directory = this.of(sessionId);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { directory, legEnds: await legEndsIn(directory) };
  }

  async noteLegEnd(sessionId: string, leg: number, end: LegEnd): Promise<void> {
    const directory = this.of(sessionId);
    const legEnds = { ...(await legEndsIn(directory)), [leg]: end };
    await writeFile(join(directory, 'legs.json'), JSON.stringify(legEnds));
  }

  async list(): Promise<string[]> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    return readdir(this.root);
  }

  remove(sessionId: string): Promise<void> {
    return rm(this.of(sessionId), { recursive: true, force: true });
  }

  /** Ends whatever processes an earlier life of this runner has left behind. */
  async reap(): Promise<void> {
    await reapOrphans(this.root);
  }
}

async function legEndsIn(directory: string): Promise<LegEnds> {
  try {
    return JSON.parse(await readFile(join(directory, 'legs.json'), 'utf8')) as LegEnds;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
