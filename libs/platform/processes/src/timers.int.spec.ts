import { randomUUID } from 'node:crypto';
import { DomainError, type CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import { CountedCommands } from './testing/counted-commands';
import { Timers, type NewTimer } from './timers';

const database = useDatabase();
const silent = { debug: () => undefined, warn: () => undefined };
let pool: Pool;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
});
afterAll(() => pool.end());
beforeEach(() => pool.query('delete from ops.timers'));

const timersOf = ({ send }: CountedCommands, on = pool) => new Timers(on, send, silent);

const contextOf = (commandId: string): CommandContext => ({
  commandId,
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'service', id: 'cook' },
  bodyHash: 'of the body',
});

const timer = (fields: Partial<NewTimer> = {}): NewTimer => ({
  process: 'cook',
  key: 'tea',
  position: 10,
  ordinal: 0,
  due: { from: new Date().toISOString(), afterSeconds: -1 },
  command: { context: 'kitchen', type: 'Pour', data: { cups: 2 } },
  context: contextOf(randomUUID()),
  ...fields,
});

const inAnHour = { from: new Date().toISOString(), afterSeconds: 3_600 };

const waiting = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ key: string }>(
    'select key from ops.timers where due_at is not null order by key',
  );
  return rows.map(({ key }) => key);
};

const commandIds = ({ arrivals }: CountedCommands) => arrivals.map(({ about }) => about.commandId);

describe('a timer', () => {
  it('sends its command once it is due, in the context it was started in', async () => {
    const commands = new CountedCommands();
    const [due, later] = [timer(), timer({ key: 'cake', due: inAnHour })];
    await timersOf(commands).start(due);
    await timersOf(commands).start(later);
    await timersOf(commands).fireDue();
    await timersOf(commands).fireDue();

    expect(commands.arrivals).toEqual([{ ...due.command, about: due.context }]);
    await expect(waiting()).resolves.toEqual(['cake']);
  });

  it('is due so long after the recorded moment, however late it is started', async () => {
    const recordedAt = '2026-01-02T03:04:05.678Z';
    await timersOf(new CountedCommands()).start(timer({ due: { from: recordedAt, afterSeconds: 90 } }));

    const { rows } = await pool.query<{ due_at: Date }>('select due_at from ops.timers');
    expect(rows[0]?.due_at.toISOString()).toBe('2026-01-02T03:05:35.678Z');
  });

  it('does not fire when it was stopped', async () => {
    const commands = new CountedCommands();
    const timers = timersOf(commands);
    await timers.start(timer());
    await timers.stop({ process: 'cook', key: 'tea', position: 10, ordinal: 1 });
    await timers.fireDue();

    expect(commands.arrivals).toEqual([]);
  });

  it('is replaced by a later start of its key, and belongs to its process', async () => {
    const commands = new CountedCommands();
    const timers = timersOf(commands);
    const [later, others] = [timer({ position: 11 }), timer({ process: 'baker' })];
    await timers.start(timer());
    await timers.start(later);
    await timers.start(others);
    await timers.fireDue();

    expect(commandIds(commands).sort()).toEqual([later.context.commandId, others.context.commandId].sort());
  });

  it.each(['stopped', 'fired'])('that was %s is not started by a late action', async (how) => {
    const commands = new CountedCommands();
    const timers = timersOf(commands);
    await timers.start(timer());
    if (how === 'fired') await timers.fireDue();
    else await timers.stop({ process: 'cook', key: 'tea', position: 12, ordinal: 0 });
    await timers.start(timer());

    await expect(waiting()).resolves.toEqual([]);
  });

  it('is forgotten a day after it has ended', async () => {
    const timers = timersOf(new CountedCommands());
    await timers.start(timer());
    await timers.fireDue();
    await pool.query(`update ops.timers set settled_at = settled_at - interval '25 hours'`);
    await timers.forgetSettled();

    await expect(pool.query('select from ops.timers')).resolves.toMatchObject({ rowCount: 0 });
  });

  it('that has ended is forgotten while the timers run', async () => {
    const timers = timersOf(new CountedCommands());
    await timers.start(timer());
    await timers.fireDue();
    await pool.query(`update ops.timers set settled_at = settled_at - interval '25 hours'`);
    const stop = new AbortController();
    const running = timers.run(stop.signal);

    await eventually(async () => (await pool.query('select from ops.timers')).rowCount === 0).finally(() => {
      stop.abort();
    });
    await running;
  });

  it('is not forgotten while its process may still start it again', async () => {
    const commands = new CountedCommands();
    const timers = timersOf(commands);
    await timers.start(timer());
    await timers.fireDue();
    await pool.query(`update ops.timers set settled_at = settled_at - interval '25 hours'`);
    await database.pool.query(`select ops.register_process('cook')`);
    await timers.forgetSettled();
    await timers.start(timer());
    await timers.fireDue();

    expect(commands.arrivals).toHaveLength(1);
  });
});

describe('firing', () => {
  it('is repeated with the same command by the next replica after a death', async () => {
    const own = createPool(database.urlAs('syn_command_service'));
    const commands = new CountedCommands();
    const dying = new Timers(
      own,
      async (...command) => {
        const outcome = await commands.send(...command);
        void own.end();
        return outcome;
      },
      silent,
    );
    const started = timer();
    await dying.start(started);
    await expect(dying.fireDue()).rejects.toThrow();
    await timersOf(commands).fireDue();
    await timersOf(commands).fireDue();

    expect(commandIds(commands)).toEqual([started.context.commandId, started.context.commandId]);
  });

  it('by two at once carries each command out once', async () => {
    const commands = new CountedCommands();
    const all = Array.from({ length: 20 }, (_, n) => timer({ key: `cup ${n}` }));
    await Promise.all(all.map((one) => timersOf(commands).start(one)));
    await Promise.all([timersOf(commands).fireDue(), timersOf(commands).fireDue()]);

    expect(commands.carriedOut.map(({ about }) => about.commandId).sort()).toEqual(
      all.map(({ context }) => context.commandId).sort(),
    );
    await expect(waiting()).resolves.toEqual([]);
  });

  it('treats a refusal as an answer', async () => {
    const commands = new CountedCommands(() => {
      throw new DomainError('tea.cold', 'too late');
    });
    await timersOf(commands).start(timer());
    await timersOf(commands).fireDue();

    await expect(waiting()).resolves.toEqual([]);
  });

  it('is tried again later after a fault, and holds up no other timer', async () => {
    const commands = new CountedCommands((_, arrival) => {
      if (arrival === 1) throw new Error('the handler is away');
    });
    const timers = timersOf(commands);
    const hourAgo = { from: new Date().toISOString(), afterSeconds: -3_600 };
    await timers.start(timer({ key: 'first', due: hourAgo }));
    await timers.start(timer({ key: 'second' }));
    await timers.fireDue();
    await expect(waiting()).resolves.toEqual(['first']);

    await pool.query('update ops.timers set due_at = clock_timestamp() where due_at is not null');
    await timers.fireDue();
    await expect(waiting()).resolves.toEqual([]);
    expect(new Set(commandIds(commands)).size).toBe(2);
  });

  it('does not end a timer that was started anew meanwhile', async () => {
    const again = timer({ position: 11, due: inAnHour });
    const commands: CountedCommands = new CountedCommands(() => timersOf(commands).start(again));
    await timersOf(commands).start(timer());
    await timersOf(commands).fireDue();

    await expect(waiting()).resolves.toEqual(['tea']);
  });

  it('goes on by itself until it is told to stop', async () => {
    const commands = new CountedCommands();
    const stop = new AbortController();
    const running = timersOf(commands).run(stop.signal);
    await timersOf(commands).start(timer());

    await eventually(() => commands.arrivals.length === 1).finally(() => {
      stop.abort();
    });
    await running;
  });
});
