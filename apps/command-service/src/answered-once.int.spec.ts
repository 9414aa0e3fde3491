import { EventAppender } from '@syntropic/event-store';
import { DomainError, type CommandContext } from '@syntropic/kernel';
import { RememberedAnswers } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from 'pg';

const database = useDatabase();

const REFUSAL = { code: 'counter.closed', refusal: 'conflict', message: 'it is closed' };

/** A replica of the service: its own connections, and a decision that depends on what it has seen. */
class Replica {
  readonly #pool: Pool = createPool(database.urlAs('syn_command_service'), { max: 2 });
  readonly #appender = new EventAppender(this.#pool);
  readonly #answers = new RememberedAnswers(this.#pool);

  /** The reply to a command that this replica lets append, or refuses, after so many turns of the event loop. */
  replyTo(context: CommandContext, stream: string, { refuses, turns }: Decision): Promise<unknown> {
    return this.#answers.replyTo(context, async () => {
      // The log knows a command that has appended, and then nothing is decided.
      const known = await this.#outcomeOf(context);
      for (let n = 0; n < turns; n++) await turn();
      if (refuses && !known) return REFUSAL;
      return this.#append(context, stream);
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #outcomeOf({ commandId }: CommandContext): Promise<boolean> {
    const { rowCount } = await this.#pool.query(`select from log.events where metadata ->> 'commandId' = $1`, [
      commandId,
    ]);
    return rowCount !== 0;
  }

  async #append(context: CommandContext, stream: string): Promise<unknown> {
    const event = { type: 'Counted', data: { by: 1, label: 'one' } };
    const outcome = await this.#appender.append({ stream, expected: 0, events: [event], context });
    if (outcome.is === 'appended' || outcome.is === 'replayed') return { position: outcome.position };
    const { code, refusal, message } = new DomainError(`command.${outcome.is}`, 'it was not appended');
    return { code, refusal, message };
  }
}

type Decision = Readonly<{ refuses: boolean; turns: number }>;

describe('a command with an idempotency key that two replicas decide at the same moment', () => {
  let replicas: readonly Replica[];
  beforeAll(() => {
    replicas = [new Replica(), new Replica()];
  });
  afterAll(() => Promise.all(replicas.map((replica) => replica.close())));

  const decision = fc.record({ refuses: fc.boolean(), turns: fc.nat(40) });

  it('is either carried out or refused, and both give the same answer, now and later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(decision, decision), async (decisions) => {
        const commandId = randomUUID();
        const stream = `counter-${randomUUID()}`;
        const context: CommandContext = {
          ...{ commandId, correlationId: commandId, causationId: commandId, bodyHash: 'of the body', isKeyed: true },
          actor: { kind: 'user', id: 'ada' },
        };
        const send = () =>
          Promise.all(
            replicas.map((replica, n) =>
              replica.replyTo(context, stream, decisions[n] ?? { refuses: false, turns: 0 }),
            ),
          );
        const replies = [...(await send()), ...(await send())];
        const { rowCount: events } = await database.pool.query('select from log.events where stream_id = $1', [stream]);

        const [first] = replies;
        expect(replies).toEqual(replies.map(() => first));
        expect(events).toBe((first as object).hasOwnProperty('position') ? 1 : 0);
        if (events === 0) expect(first).toEqual(REFUSAL);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
