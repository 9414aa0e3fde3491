import { NO_USAGE } from '@syntropic/kernel';
import type { BudgetVerdict } from '@syntropic/orchestration/contracts';
import { eventually, useModels } from '@syntropic/testing';
import { ask, upstream, useSockets } from '../../test/socket.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import { LeaseLost } from './leased-commands';
import { SessionBudget } from './session-budget';

const HAIKU = 'claude-haiku-4-5-20251001';
const MESSAGES = '/anthropic/v1/messages';
const models = useModels();
const open = useSockets(useDirectory());

/** A ledger of 10,000 tokens in place of the command service: reservations are plans of 4,000 tokens of answer. */
class Ledger {
  readonly asked: object[] = [];
  readonly settled: object[] = [];
  readonly reported: object[] = [];
  readonly #reserved = new Map<string, number>();
  spent = 0;

  constructor(private readonly limit = 10_000) {}

  reserveBudget = (call: Readonly<{ callId: string; inputTokens: number }>): Promise<BudgetVerdict> => {
    this.asked.push(call);
    const needed = call.inputTokens + 4_000;
    const reserved = [...this.#reserved.values()].reduce((sum, one) => sum + one, 0);
    if (this.spent + reserved + needed > this.limit) {
      return Promise.resolve(reserved > 0 ? { verdict: 'wait' } : { verdict: 'refused', why: 'the budget is spent' });
    }
    this.#reserved.set(call.callId, needed);
    return Promise.resolve({ verdict: 'granted' });
  };

  settleCall = (call: Readonly<{ callId: string; tokens: number }>): Promise<void> => {
    this.settled.push(call);
    this.#reserved.delete(call.callId);
    this.spent += call.tokens;
    return Promise.resolve();
  };

  settleSession = (report: object): Promise<void> => {
    this.reported.push(report);
    return Promise.resolve();
  };
}

const unexpected = (error: unknown) => {
  throw error;
};
const openWith = (budget: SessionBudget) =>
  open({ upstreams: [upstream('anthropic', models().url)], guards: [budget] });
const request = { model: HAIKU, max_tokens: 32_000, messages: [{ role: 'user', content: 'Hi' }] };

beforeEach(() => {
  models().clear();
});

describe('the calls of a session with a budget', () => {
  it('are reserved by the size of the request, and settled with what they used', async () => {
    models().answer(() => ({ text: 'Hello', usage: { inputTokens: 1_000, outputTokens: 200 } }));
    const ledger = new Ledger();
    const budget = new SessionBudget(ledger, unexpected);
    const { socket } = await openWith(budget);
    await expect(ask(socket.path, MESSAGES, request)).resolves.toMatchObject({ status: 200 });
    await budget.flush();

    const inputTokens = Math.ceil(JSON.stringify(request).length / 4);
    const inputUsd = `0.${String(inputTokens).padStart(6, '0')}`.replace(/0+$/, '');
    expect(ledger.asked).toEqual([
      expect.objectContaining({ model: HAIKU, inputTokens, inputUsd, outputPrice: '5', maxOutputTokens: 32_000 }),
    ]);
    expect(ledger.settled).toEqual([
      expect.objectContaining({ model: HAIKU, tokens: 1_200, outputTokens: 200, usd: '0.002' }),
    ]);
    budget.report({ ...NO_USAGE, byModel: {} }, 1);
    expect(ledger.reported).toEqual([]);
  });

  it('wait for each other where the room is short, and never go beyond it at the same time', async () => {
    let most = 0;
    models().answer(() => {
      most = Math.max(most, models().requests.filter(({ end }) => end === 'open').length);
      return { text: 'Hello', usage: { inputTokens: 500, outputTokens: 500 } };
    });
    const ledger = new Ledger();
    const budget = new SessionBudget(ledger, unexpected);
    const { socket } = await openWith(budget);

    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(socket.path, MESSAGES, request)));
    await budget.flush();
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    expect(most).toBeLessThanOrEqual(2);
    expect(ledger.spent).toBe(1_000 * statuses.filter((status) => status === 200).length);
    expect(ledger.spent).toBeLessThanOrEqual(10_000);
    expect(answers.find(({ status }) => status === 402)).toMatchObject({ headers: { 'x-should-retry': 'false' } });
    expect(models().requests).toHaveLength(statuses.filter((status) => status === 200).length);
  });

  it('are held like any other when a pause begins while they wait', async () => {
    let verdict: BudgetVerdict = { verdict: 'paused' };
    models().answer(() => ({ text: 'Hello' }));
    const ledger = Object.assign(new Ledger(), { reserveBudget: () => Promise.resolve(verdict) });
    const { socket } = await openWith(new SessionBudget(ledger, unexpected));
    const answer = ask(socket.path, MESSAGES, request);
    await socket.hold('paused');
    await eventually(() => socket.held.calls === 1);
    expect(models().requests).toEqual([]);

    verdict = { verdict: 'granted' };
    socket.release('paused');
    await expect(answer).resolves.toMatchObject({ status: 200 });
  });

  it('do not go out when the lease is lost, or the budget cannot be asked', async () => {
    const faults: unknown[] = [];
    for (const error of [new LeaseLost('the lease was lost'), new Error('away')]) {
      const ledger = Object.assign(new Ledger(), { reserveBudget: () => Promise.reject(error) });
      const { socket } = await openWith(new SessionBudget(ledger, (fault) => faults.push(fault)));
      await expect(ask(socket.path, MESSAGES, request)).resolves.toMatchObject({ status: 403 });
    }
    expect(faults).toEqual([new Error('away')]);
    expect(models().requests).toEqual([]);
  });
});
