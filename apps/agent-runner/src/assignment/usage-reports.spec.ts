import { NO_USAGE, type Usage } from '@syntropic/kernel';
import { LeaseLost } from './leased-commands';
import { UsageReports, type UsageReport } from './usage-reports';

const usage = (tokens: number, costUsd: string | null = '0.5'): Usage => {
  const model = { inputTokens: tokens, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd };
  return { ...NO_USAGE, costUsd, byModel: { 'gpt-9': model } };
};

/** A ledger that answers one report at a time, when it is told to. */
class Ledger {
  readonly taken: UsageReport[] = [];
  readonly #answers: (() => void)[] = [];

  take = (report: UsageReport) =>
    new Promise<void>((resolve) => {
      this.taken.push(report);
      this.#answers.push(resolve);
    });

  answer(): void {
    this.#answers.shift()?.();
  }
}

const unexpected = (error: unknown) => {
  throw error;
};

describe('the usage of a session', () => {
  it('is reported with the newest figures once the report before is answered', async () => {
    const ledger = new Ledger();
    const reports = new UsageReports(ledger.take, unexpected);
    for (const [sequence, tokens] of [10, 20, 30].entries()) reports.report(usage(tokens), sequence);
    const flushed = reports.flush();
    expect(ledger.taken).toEqual([{ sequence: 0, tokens: 10, usd: '0.5' }]);

    ledger.answer();
    await new Promise(setImmediate);
    expect(ledger.taken.slice(1)).toEqual([{ sequence: 2, tokens: 30, usd: '0.5' }]);
    ledger.answer();
    await flushed;
    reports.report(usage(30), 3);
    expect(ledger.taken).toHaveLength(2);
  });

  it('names the model that has no price, beside the dollars of the others', async () => {
    const ledger = new Ledger();
    const reports = new UsageReports(ledger.take, unexpected);
    const { byModel } = usage(10, null);
    reports.report(
      { ...usage(5), costUsd: null, byModel: { haiku: usage(5).byModel['gpt-9'] as never, ...byModel } },
      1,
    );
    ledger.answer();
    await reports.flush();
    expect(ledger.taken).toEqual([{ sequence: 1, tokens: 15, usd: '0.5', unpricedModel: 'gpt-9' }]);
  });

  it('is reported no more after the lease is lost; other faults are told', async () => {
    const faults: unknown[] = [];
    for (const error of [new LeaseLost('lost'), new Error('refused')]) {
      const reports = new UsageReports(
        () => Promise.reject(error),
        (fault) => faults.push(fault),
      );
      reports.report(usage(1), 1);
      await reports.flush();
    }
    expect(faults).toEqual([new Error('refused')]);
  });
});
