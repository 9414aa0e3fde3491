import { DomainError, type Command, type ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { MAX_COLLECTED, work } from '@syntropic/orchestration/contracts';
import { CheckpointNotes } from '@syntropic/work';

type NoteCheckpoint = typeof work.NoteCheckpoint;
type CollectCheckpoints = typeof work.CollectCheckpoints;

@Handles(work.NoteCheckpoint)
export class NoteCheckpointHandler implements Handler<NoteCheckpoint> {
  constructor(private readonly notes: CheckpointNotes) {}

  /** @throws DomainError `work.lease_lost` for a lease that no longer holds a session of the execution */
  async execute({ data, context: { lease } }: Command<NoteCheckpoint>): Promise<ReplyOf<NoteCheckpoint>> {
    if (lease && (await this.notes.note(lease, data.executionId, data.uri))) return { done: true };
    throw new DomainError('work.lease_lost', 'the lease of a session of this execution is not held', 'conflict');
  }
}

@Handles(work.CollectCheckpoints)
export class CollectCheckpointsHandler implements Handler<CollectCheckpoints> {
  constructor(private readonly notes: CheckpointNotes) {}

  async execute({ data: { removed } }: Command<CollectCheckpoints>): Promise<ReplyOf<CollectCheckpoints>> {
    if (removed.length > 0) await this.notes.forget(removed);
    return { unwanted: [...(await this.notes.unwanted(MAX_COLLECTED))] };
  }
}
