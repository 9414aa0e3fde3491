import { randomUUID } from 'node:crypto';
import { eventually } from '@syntropic/testing';
import type { Process } from './process';
import { processParts } from './process-parts';
import { CountedCommands } from './testing/counted-commands';
import { anExecution, ProcessHarness, stepped } from './testing/process-harness';
import { Timers } from './timers';

const harness = new ProcessHarness();
const silent = { debug: () => undefined, warn: () => undefined };

const partOf = async (part: string, name: string) =>
  (await processParts(harness.ownPool())).find((state) => state.part === part && state.name === name);

const processPart = ({ name }: Process) => partOf('process', name);

describe('for health, a process', () => {
  it('waits for nothing while it is level with the log', async () => {
    const taker = await harness.noteTaker();
    void harness.run(taker, new CountedCommands().send);
    await harness.record(anExecution(), stepped(0));
    await harness.caughtUp(taker);

    expect(await processPart(taker)).toMatchObject({ behind: 0, since: null, seconds: null, isFailing: false });
  });

  it('without a runner waits since the event behind its position was recorded', async () => {
    const taker = await harness.noteTaker();
    await harness.pool.query(`update ops.processes set moved_at = '2026-01-01Z' where name = $1`, [taker.name]);
    await harness.record(anExecution(), stepped(0));
    await harness.record(anExecution(), stepped(0));
    const { rows } = await harness.pool.query<{ at: Date }>(
      'select recorded_at as at from log.events e join ops.processes p on e.position = p.position + 1 where p.name = $1',
      [taker.name],
    );

    const part = await processPart(taker);
    expect(part).toMatchObject({ behind: 2, since: rows[0]?.at.toISOString(), isFailing: false });
    expect(part?.seconds).toBeGreaterThan(0);
  });

  it('fails while an event of it does, and says at which and since when', async () => {
    const taker = await harness.noteTaker();
    const commands = new CountedCommands(() => {
      throw new Error('cannot be taken');
    });
    await harness.record(anExecution(), stepped(0));
    void harness.run(taker, commands.send);
    await eventually(async () => (await processPart(taker))?.isFailing);
    await eventually(async () => (await processPart(taker))?.behind === 0);

    expect(await processPart(taker)).toMatchObject({
      isFailing: true,
      why: expect.stringContaining('(Stepped): cannot be taken') as string,
      since: (await harness.stateOf(taker))?.failingSince,
    });
  });
});

describe('for health, timers', () => {
  beforeEach(() => harness.pool.query('delete from ops.timers'));

  const start = async (process: string, key: string, afterSeconds: number, commands: CountedCommands) => {
    const timers = new Timers(harness.pool, commands.send, silent);
    const actor = { kind: 'service', id: process } as const;
    const ids = { commandId: randomUUID(), correlationId: randomUUID(), causationId: randomUUID() };
    await timers.start({
      process,
      key,
      position: 1,
      ordinal: 0,
      due: { from: new Date().toISOString(), afterSeconds },
      command: { context: 'kitchen', type: 'Pour', data: {} },
      context: { ...ids, actor, bodyHash: '' },
    });
    return timers;
  };

  it('that are overdue wait since the first of them was due', async () => {
    const cook = `cook-${randomUUID()}`;
    for (const [key, afterSeconds] of [
      ['tea', -90],
      ['soup', -30],
      ['cake', 3_600],
    ] as const) {
      await start(cook, key, afterSeconds, new CountedCommands());
    }

    const part = await partOf('timers', cook);
    expect(part).toMatchObject({ behind: 2, isFailing: false });
    expect(Math.round(part?.seconds ?? 0)).toBeGreaterThanOrEqual(90);
  });

  it('whose command fails wait since it first did', async () => {
    const cook = `cook-${randomUUID()}`;
    const commands = new CountedCommands(() => {
      throw new Error('the kitchen is away');
    });
    const timers = await start(cook, 'tea', -1, commands);
    await timers.fireDue();
    const first = await partOf('timers', cook);
    await harness.pool.query('update ops.timers set due_at = clock_timestamp() where process = $1', [cook]);
    await timers.fireDue();

    expect(commands.arrivals).toHaveLength(2);
    expect(await partOf('timers', cook)).toMatchObject({ behind: 1, since: first?.since });
  });

  it('that are not due wait for nothing', async () => {
    const cook = `cook-${randomUUID()}`;
    await start(cook, 'cake', 3_600, new CountedCommands());

    expect(await partOf('timers', cook)).toBeUndefined();
  });
});
