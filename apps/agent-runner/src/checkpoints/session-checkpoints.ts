import { Inject, Injectable } from '@nestjs/common';
import { KeyedMutex } from '@syntropic/async';
import { measure, uriOf, type ObjectStorage } from '@syntropic/object-storage';
import type { Checkpoint, WorkOrder } from '@syntropic/orchestration/contracts';
import { rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { abortedAfter } from '../assignment/aborted-after';
import { LeaseLost } from '../assignment/leased-commands';
import type { LeasedSession } from '../assignment/leased-session';
import { SessionObjectStorage } from '../assignment/retrying-object-storage';
import { SessionDirectories, type OpenDirectory } from '../assignment/session-directories';
import { SETTINGS } from '../injection-tokens';
import { outputOf } from '../providers';
import { reasonOf, type SessionRun } from '../session';
import { RunnerLog } from '../work/runner-log';
import type { RunnerSettings } from '../work/runner-settings';
import type { Workspace } from '../workspaces';
import { pack, unpack } from './archive';
import { checkpointLost, download } from './download';
import type { Kept } from './kept';

/** Brings the files of a parked session into its workspace. */
export type Restore = (workspace: Workspace) => Promise<void>;

type Prepared = Readonly<{ opened: OpenDirectory; restore: Restore | undefined }>;

type Settings = Pick<RunnerSettings, 'minFreeBytes' | 'diskBytes' | 'output'>;

const ARCHIVE = 'checkpoint.tar.gz';
/** What the next leg needs beside the workspace: the output with its place, and the ends of the legs. */
const SESSION_FILES = ['spool.jsonl', 'committed', 'legs.json'];
/** Says that the workspace was set up. */
const MARKER = 'staged';

/** A storage that does not answer must not keep a session from being parked. */
const STORING_MS = 120_000;
/** The time that a runner has for it when it is stopped. */
const SHUTDOWN_MS = 10_000;
const MEGABYTE = 1024 ** 2;

/** Parked sessions as objects, from which any runner goes on. */
@Injectable()
export class SessionCheckpoints {
  /** One archive is written at a time, so that each sees the room that the others have left on the disk. */
  readonly #packing = new KeyedMutex();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly directories: SessionDirectories,
    private readonly storage: SessionObjectStorage,
    private readonly log: RunnerLog,
  ) {}

  /** Stores a session whose agent has ended to be parked. It is parked without a checkpoint as well. @throws when the lease is lost */
  async keep(session: LeasedSession, run: SessionRun): Promise<Kept> {
    const { order, controller, leaseLost } = session;
    const { parkWithdrawn, stopRequested } = controller;
    const late = AbortSignal.any([AbortSignal.timeout(STORING_MS), abortedAfter(stopRequested, SHUTDOWN_MS)]);
    const signal = AbortSignal.any([leaseLost, parkWithdrawn, late]);
    const file = join(this.directories.of(order.sessionId), ARCHIVE);
    try {
      return { checkpoint: await this.#store(session, run, { file, signal }) };
    } catch (error) {
      leaseLost.throwIfAborted();
      if (error instanceof LeaseLost) throw error;
      if (parkWithdrawn.aborted) return { checkpointError: 'the pause ended before it was stored' };
      this.log.fault(error);
      return { checkpointError: late.aborted ? 'it was not stored in time' : reasonOf(error) };
    } finally {
      await rm(file, { force: true });
    }
  }

  /**
   * Opens a session's directory as it was when it was parked. `restore` does the same for the workspace, where it is not that one already.
   * @throws DomainError `workspace.checkpoint_lost`, the signal's reason
   */
  async prepare({ order, controller, leaseLost }: LeasedSession): Promise<Prepared> {
    const { sessionId, checkpoint, agent } = order;
    const isStale = checkpoint && !this.directories.takeUp(sessionId, checkpoint.uri);
    const signal = AbortSignal.any([leaseLost, controller.stopRequested]);
    const restore = isStale ? await this.#fetch(sessionId, checkpoint, signal) : undefined;
    return { opened: this.directories.open({ ...order, output: outputOf(agent) }), restore };
  }

  async #fetch(sessionId: string, checkpoint: Checkpoint, signal: AbortSignal): Promise<Restore> {
    await this.directories.remove(sessionId);
    const directory = this.directories.make(sessionId);
    const file = join(directory, ARCHIVE);
    await download(this.storage.retryingUntil(signal), checkpoint, { file, signal });
    await unpacked(file, { directory, names: SESSION_FILES }, signal);
    return async (workspace) => {
      await unpacked(file, membersOf(workspace), signal);
      await rm(file);
    };
  }

  async #store(session: LeasedSession, run: SessionRun, { file, signal }: { file: string; signal: AbortSignal }) {
    const { order, commands } = session;
    const directory = dirname(file);
    const parts = [{ directory, names: SESSION_FILES }, membersOf(run)];
    await this.#packing.run('disk', async () => {
      await pack(parts, { file, maxBytes: await this.#room(order, directory), signal });
    });
    const { sha256 } = await measure({ file }, { signal });
    await commands.noteCheckpoint(uriOf(sha256));
    const { uri, sizeBytes } = await this.#objects(signal).put({ file }, signal);
    this.directories.noteCheckpoint(order.sessionId, uri);
    return { uri, sizeBytes };
  }

  #objects(signal: AbortSignal): ObjectStorage {
    return this.storage.retryingUntil(signal);
  }

  /** The limits of disk and output, and no more than leaves room for the spools of other sessions. */
  async #room({ agent: { limits } }: WorkOrder, directory: string): Promise<number> {
    const { minFreeBytes, diskBytes, output } = this.settings;
    const { bavail, bsize } = await statfs(directory);
    const free = Math.floor(bavail * bsize - minFreeBytes);
    if (free <= 0) throw new Error('the disk of its runner has no room for it');
    const largest = limits?.diskMb === undefined ? diskBytes : limits.diskMb * MEGABYTE;
    return Math.min(free, largest + output.bytes);
  }
}

/** The workspace's directories are neighbours, and the marker is beside them. */
function membersOf({ directory, home }: Pick<Workspace, 'directory' | 'home'>) {
  return { directory: dirname(directory), names: [basename(directory), basename(home), MARKER] };
}

async function unpacked(...[file, part, signal]: Parameters<typeof unpack>): Promise<void> {
  try {
    await unpack(file, part, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw checkpointLost(`cannot be restored: ${reasonOf(error)}`);
  }
}
