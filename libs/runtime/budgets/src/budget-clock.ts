import { repeat } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import type { Logger } from 'pino';
import type { BudgetLedger, ExceededLimit } from './budget-ledger';

/** An execution whose time is spent. `clockAsOf`: the position of the event since which its agents run. */
export type OutOfTime = Readonly<{ executionId: string; clockAsOf: number } & ExceededLimit>;

type BudgetClockOptions = Readonly<{
  /** Records in the log that the time is spent. Called until the clock stands still, so more than once. */
  onOutOfTime: (found: OutOfTime) => Promise<unknown>;
  log: Pick<Logger, 'warn'>;
  everyMs?: number;
}>;

const AT_ONCE = 100;
const FORGET_EVERY_MS = 600_000;

/** Finds the executions whose agents have run for as long as their budget lets them, by the database's clock. */
export class BudgetClock {
  constructor(
    private readonly ledger: BudgetLedger,
    private readonly options: BudgetClockOptions,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const onFault = (error: unknown) => {
      this.options.log.warn({ err: error }, 'the clock of budgets failed and is tried again');
    };
    await Promise.all([
      repeat(signal, { everyMs: this.options.everyMs ?? 500, onFault }, () => this.look()),
      repeat(signal, { everyMs: FORGET_EVERY_MS, onFault }, () => this.ledger.forget()),
    ]);
  }

  /** One execution whose report is refused or fails does not keep the others from being reported. */
  async look(): Promise<void> {
    const found = await this.ledger.outOfTime(AT_ONCE);
    const reports = await Promise.allSettled(found.map((one) => this.options.onOutOfTime(one)));
    const fault = reports.find(
      (report): report is PromiseRejectedResult =>
        report.status === 'rejected' && !(report.reason instanceof DomainError),
    );
    if (fault) throw fault.reason;
  }
}
