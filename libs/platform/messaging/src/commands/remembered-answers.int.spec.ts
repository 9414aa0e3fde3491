import { DomainError } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { RememberedAnswers } from './remembered-answers';

const database = useDatabase();

let pool: Pool;
let answers: RememberedAnswers;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  answers = new RememberedAnswers(pool);
});
afterAll(() => pool.end());

const identity = (changes: Partial<{ commandId: string; bodyHash: string }> = {}) => ({
  commandId: randomUUID(),
  bodyHash: 'of the body',
  ...changes,
});

/** A command whose reply differs each time. */
function changing() {
  let times = 0;
  return () => Promise.resolve({ code: 'execution.wrong_state', message: `time ${++times}, with \u0000 and \ud800` });
}

const age = (hours: number) =>
  database.pool.query(`update ops.answers set answered_at = clock_timestamp() - $1 * interval '1 hour'`, [hours]);
const remembered = async () => (await database.pool.query('select from ops.answers')).rowCount;

describe('the answer to a command with an idempotency key', () => {
  it('stays the first one, whatever it was', async () => {
    const command = identity();
    const carryOut = changing();

    const first = await answers.replyTo(command, carryOut);

    expect(await answers.replyTo(command, carryOut)).toEqual(first);
    expect(await new RememberedAnswers(pool).replyTo(command, carryOut)).toEqual(first);
  });

  it('is the same for copies at several replicas', async () => {
    const command = identity();
    const carryOut = changing();

    // All have decided before one is remembered.
    let begun = 0;
    const together = async () => {
      begun++;
      await eventually(() => begun === 4);
      return carryOut();
    };

    const replies = await Promise.all([1, 2, 3, 4].map(() => answers.replyTo(command, together)));

    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  });

  it('is refused to a command with another body', async () => {
    const command = identity();
    await answers.replyTo(command, changing());

    const other = answers.replyTo({ ...command, bodyHash: 'of another' }, changing());

    await expect(other).rejects.toThrow(DomainError);
    await expect(other).rejects.toMatchObject({ code: 'command.id_reused' });
  });

  it('is not a fault: the command is carried out again', async () => {
    const command = identity();
    await expect(answers.replyTo(command, () => Promise.reject(new Error('away')))).rejects.toThrow('away');

    await expect(answers.replyTo(command, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('is remembered for a day, and then deleted', async () => {
    await database.pool.query('truncate ops.answers');
    const command = identity();
    const carryOut = changing();
    const first = await answers.replyTo(command, carryOut);

    await age(23);
    await answers.forget();
    expect(await answers.replyTo(command, carryOut)).toEqual(first);

    await age(25);
    const later = await answers.replyTo(command, carryOut);
    expect(later).not.toEqual(first);
    expect(await answers.replyTo(command, carryOut)).toEqual(later);

    await age(25);
    await answers.forget();
    expect(await remembered()).toBe(0);
  });

  it('is not remembered when it is large', async () => {
    await database.pool.query('truncate ops.answers');

    await answers.replyTo(identity(), () => Promise.resolve('x'.repeat(20_000)));

    expect(await remembered()).toBe(0);
  });
});
