import type { Assignment } from './assignment';

/** What a runner is working on. */
export class Assignments {
  readonly #all = new Set<Assignment>();
  /** Which waiting session somebody is being parked for. */
  readonly #roomFor = new Map<string, Assignment>();

  async work(assignment: Assignment): Promise<void> {
    this.#all.add(assignment);
    await assignment.work();
    this.#all.delete(assignment);
    for (const [sessionId, leaving] of this.#roomFor) if (leaving === assignment) this.#roomFor.delete(sessionId);
  }

  /** Also while a session whose lease is lost already is being ended. */
  has(sessionId: string): boolean {
    return [...this.#all].some(({ lease }) => lease.sessionId === sessionId);
  }

  /** Of the agents that stand still, the one that has longest makes room: one for each session that waits, told however often. */
  makeRoomFor(sessionId: string): void {
    if (this.#roomFor.has(sessionId)) return;
    const still = [...this.#all].filter(({ heldSince }) => heldSince !== undefined);
    const [longest] = still.sort((one, other) => (one.heldSince ?? 0) - (other.heldSince ?? 0));
    if (!longest) return;

    this.#roomFor.set(sessionId, longest);
    longest.makeRoom();
  }

  leave(): void {
    for (const assignment of this.#all) assignment.leave();
  }
}
