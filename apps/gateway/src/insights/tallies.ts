import { Injectable } from '@nestjs/common';
import { ExecutionFactsReader, type ExecutionFacts, type Scope } from './execution-facts';
import { Tally } from './tally';

const HOUR_MS = 3_600_000;

/** The start of a window that ends now. */
export const startOf = (windowHours: number): string => new Date(Date.now() - windowHours * HOUR_MS).toISOString();

/** Adds up the executions of a scope, together or in groups. */
@Injectable()
export class Tallies {
  constructor(private readonly facts: ExecutionFactsReader) {}

  async of(scope: Scope, windowHours: number): Promise<Tally> {
    const tally = new Tally();
    for await (const execution of this.facts.since(startOf(windowHours), scope)) tally.add(execution);
    return tally;
  }

  /** Each execution counts once in every group that it belongs to, and in `all`. */
  async inGroups(scope: Scope, windowHours: number, groupsOf: (execution: ExecutionFacts) => Iterable<string>) {
    const [all, groups] = [new Tally(), new Map<string, Tally>()];
    for await (const execution of this.facts.since(startOf(windowHours), scope)) {
      all.add(execution);
      for (const group of new Set(groupsOf(execution))) {
        const tally = groups.get(group) ?? new Tally();
        tally.add(execution);
        groups.set(group, tally);
      }
    }
    return { all, groups };
  }
}
