import { Injectable } from '@nestjs/common';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { Assignment } from '../assignment/assignment';
import { UnwantedCheckpoints } from '../checkpoints/unwanted-checkpoints';
import { AssignmentFactory } from '../assignment/assignment-factory';
import { Leases } from './leases';
import { MemoryRoom } from './memory-room';

/** The claimed sessions of this runner, until nothing of them is left in its processes. */
@Injectable()
export class Assignments {
  readonly #running = new Set<Assignment>();
  /** The assignments that are being parked, by the id of the waiting session that needs their slot. */
  readonly #parkedFor = new Map<string, Assignment>();

  constructor(
    private readonly factory: AssignmentFactory,
    private readonly leases: Leases,
    private readonly memory: MemoryRoom,
    private readonly checkpoints: UnwantedCheckpoints,
  ) {}

  /** Never rejects. */
  async run(order: WorkOrder, runner: string): Promise<void> {
    const assignment = this.factory.create(order, runner);
    this.#running.add(assignment);
    this.leases.add(assignment);
    await assignment.work();
    if (order.checkpoint) this.checkpoints.removeNow();
    this.leases.remove(assignment);
    this.memory.release(order.sessionId);
    this.#running.delete(assignment);
    for (const [sessionId, parked] of this.#parkedFor) if (parked === assignment) this.#parkedFor.delete(sessionId);
  }

  /** True also for a session that has lost its lease and is still being ended. */
  has(sessionId: string): boolean {
    return [...this.#running].some(({ lease }) => lease.sessionId === sessionId);
  }

  /** Parks the session that has been held for longest. Repeated calls for the same waiting session park no second one. */
  makeRoomFor(waitingSessionId: string): void {
    if (this.#parkedFor.has(waitingSessionId)) return;
    const held = [...this.#running].filter(({ heldSince }) => heldSince !== undefined);
    const [longest] = held.sort((one, other) => (one.heldSince ?? 0) - (other.heldSince ?? 0));
    if (!longest) return;

    this.#parkedFor.set(waitingSessionId, longest);
    longest.parkForSlot();
  }

  /** Parks held sessions at once, and those that can be taken up elsewhere at their next yield point. */
  leave(): void {
    for (const assignment of this.#running) assignment.leave();
  }

  /** Parks held sessions and interrupts the others. */
  shutDown(): void {
    for (const assignment of this.#running) assignment.shutDown();
  }
}
