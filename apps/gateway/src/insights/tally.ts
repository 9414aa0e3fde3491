import { addBoundedUsd, addUsage, NO_USAGE, type Usage, type Usd } from '@syntropic/kernel';
import { hasEnded } from '@syntropic/orchestration/read-model';
import { knownCost } from '../display/usage-fields';
import type { ExecutionFacts } from './execution-facts';

/** The outcomes that a trend compares with all. */
const RECENT = 10;
/** Fewer outcomes have no trend. */
const LEAST_OUTCOMES = 3;
const NOTICEABLE = 0.05;

export type Trend = 'improving' | 'stable' | 'degrading';
export type Condition = 'inactive' | 'healthy' | 'degraded' | 'failing';

/** Adds up executions in the order of their start: outcomes, usage and costs. */
export class Tally {
  executions = 0;
  completed = 0;
  failed = 0;
  /** Executions that have not ended. */
  active = 0;
  usage: Usage = NO_USAGE;
  lastStartedAt: string | undefined;
  readonly costByWorkflow = new Map<string, Usd>();
  /** The whole cost of an execution counts for each repository that it names. */
  readonly costByRepository = new Map<string, Usd>();
  #recent: readonly boolean[] = [];

  add({ status, workflow_id, started_at, usage, repositories }: ExecutionFacts): void {
    this.executions++;
    this.usage = addUsage(this.usage, usage);
    this.lastStartedAt = started_at;
    if (!hasEnded({ status })) this.active++;
    if (status === 'completed' || status === 'failed') this.#addOutcome(status === 'completed');

    const cost = knownCost(usage);
    addCost(this.costByWorkflow, workflow_id, cost);
    for (const repository of repositories) addCost(this.costByRepository, repository, cost);
  }

  /** The executions that have completed or failed; a cancelled one is no outcome. */
  get outcomes(): number {
    return this.completed + this.failed;
  }

  get successRate(): number {
    return this.outcomes === 0 ? 0 : this.completed / this.outcomes;
  }

  /** The last outcomes beside all. */
  get trend(): Trend {
    if (this.outcomes < LEAST_OUTCOMES) return 'stable';
    const difference = this.#recent.filter(Boolean).length / this.#recent.length - this.successRate;
    if (difference > NOTICEABLE) return 'improving';
    return difference < -NOTICEABLE ? 'degrading' : 'stable';
  }

  get condition(): Condition {
    if (this.executions === 0) return 'inactive';
    if (this.outcomes === 0 || this.successRate >= 0.9) return 'healthy';
    return this.successRate >= 0.5 ? 'degraded' : 'failing';
  }

  #addOutcome(isSuccess: boolean): void {
    if (isSuccess) this.completed++;
    else this.failed++;
    this.#recent = [...this.#recent, isSuccess].slice(-RECENT);
  }
}

function addCost(costs: Map<string, Usd>, key: string, cost: Usd): void {
  costs.set(key, addBoundedUsd(costs.get(key) ?? '0', cost));
}
