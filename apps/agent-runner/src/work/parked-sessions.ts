import { Injectable } from '@nestjs/common';
import { SessionDirectories } from '../assignment/session-directories';
import { Assignments } from './assignments';
import { DiskRoom } from './disk-room';
import type { ParkedWork } from './leases';
import { SessionCleanup } from './session-cleanup';

/** The sessions on this runner's disk, without those of running assignments: they may park or continue before a renewal is answered. */
@Injectable()
export class ParkedSessions implements ParkedWork {
  constructor(
    private readonly directories: SessionDirectories,
    private readonly assignments: Assignments,
    private readonly cleanup: SessionCleanup,
    private readonly room: DiskRoom,
  ) {}

  /** Kills the processes that an earlier life of this runner has left. */
  reapOrphans(): Promise<void> {
    return this.directories.reapOrphans();
  }

  async ids(): Promise<string[]> {
    return (await this.directories.list()).filter((sessionId) => !this.assignments.has(sessionId));
  }

  hasRoom(): Promise<boolean> {
    return this.room.isFree();
  }

  discard(sessionId: string, signal: AbortSignal): void {
    if (!this.assignments.has(sessionId)) this.cleanup.add(sessionId, signal);
  }

  waitForCleanup(): Promise<void> {
    return this.cleanup.wait();
  }
}
