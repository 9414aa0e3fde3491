import type { Recorded } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import fc from 'fast-check';
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { PostgresEventLog } from './postgres-event-log';
import type { Assignment, Command, Report } from './testing/appending-process';

const ROOT = join(__dirname, '../../../..');
const PROCESS = join(ROOT, 'dist/libs/platform/event-store/src/testing/appending-process.js');
const COMMANDS = 120;
const RUNS = 8;

const database = useDatabase();
const running = new Set<ChildProcess>();
let reading: Pool;
let log: PostgresEventLog;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(ROOT, 'tools/build/build.mjs')]);
  reading = createPool(database.urlAs('syn_projection_worker'));
  log = new PostgresEventLog(reading);
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => reading.end());

const commands = fc.array(
  fc.record({
    stream: fc.nat({ max: 5 }),
    events: fc.integer({ min: 1, max: 3 }),
    claims: fc.option(fc.nat({ max: 9 }), { nil: undefined, freq: 6 }),
  }),
  { minLength: COMMANDS, maxLength: COMMANDS },
);

const plan = fc.record({
  /** The seed of the three lists of commands, so that a counterexample is short. */
  seed: fc.nat(),
  /** The number of answers to the first process before it is frozen. */
  frozenAfter: fc.integer({ min: 1, max: COMMANDS / 2 }),
  /** Numbers of answers, to all processes together, at which every connection is cut. */
  cutsAt: fc.array(fc.integer({ min: 1, max: 2 * COMMANDS }), { maxLength: 3 }),
});

describe('three processes that append to the same streams', () => {
  it('leave a dense log without duplicates when processes are frozen, killed and cut off', async () => {
    const property = fc.asyncProperty(plan, async (planned) => {
      const run = randomUUID();
      const { position: start } = await log.head();
      const reader = tail(start);
      const [doomed, second, third] = fc
        .sample(commands, { seed: planned.seed, numRuns: 3 })
        .map((each) => appending(run, each.map(commandIn(run))));
      if (!doomed || !second || !third) throw new Error('there are three processes');
      const answers = () => doomed.reports.length + second.reports.length + third.reports.length;
      const othersDone = () => second.done() && third.done();
      const cuts = planned.cutsAt.map(async (at) => {
        await eventually(() => answers() >= at || othersDone());
        await cutConnections(run);
      });

      await eventually(() => doomed.reports.length >= planned.frozenAfter);
      doomed.signal('SIGSTOP');
      await eventually(othersDone);
      doomed.signal('SIGKILL');
      await Promise.all(cuts);
      const sentAgain = appending(run, doomed.commands);
      await eventually(sentAgain.done);

      const { position: end } = await log.head();
      const seen = await reader.until(end);
      expect(seen.map(({ position }) => position)).toEqual(numbersFrom(start + 1, end - start));
      expectEachStreamDense(seen);
      expectEachAnswerTrue(
        seen,
        [doomed, second, third, sentAgain].flatMap(({ reports }) => reports),
      );
      expectEachKeyHeldOnce(seen, [...doomed.commands, ...second.commands, ...third.commands]);
    });

    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  });
});

/** Ids and streams are unique to each run, so that the same plan can be run again. */
const commandIn =
  (run: string) =>
  ({ stream, events, claims }: { stream: number; events: number; claims: number | undefined }): Command => ({
    id: randomUUID(),
    stream: `count-${run}-${stream}`,
    events,
    ...(claims !== undefined && { claims: `${run}-${claims}` }),
  });

function appending(name: string, commandList: readonly Command[]) {
  const child = fork(PROCESS);
  running.add(child);
  const reports: Report[] = [];
  child.on('message', (report: Report) => reports.push(report));
  let failure: string | undefined;
  child.once('exit', (code) => {
    running.delete(child);
    if (code) failure = `an appending process ended with exit code ${code}`;
  });
  child.send({ url: database.urlAs('syn_command_service'), name, commands: commandList } satisfies Assignment);
  return {
    commands: commandList,
    reports,
    done: () => {
      if (failure) throw new Error(failure);
      return reports.length === commandList.length;
    },
    signal: (signal: NodeJS.Signals) => child.kill(signal),
  };
}

const cutConnections = (name: string) =>
  database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name]);

/** Polls like a reader that knows only its own position. */
function tail(after: number) {
  const seen: Recorded[] = [];
  let target = Infinity;
  const position = () => seen.at(-1)?.position ?? after;
  const finished = (async () => {
    while (position() < target) seen.push(...(await log.read(position())).events);
    return seen;
  })();
  return {
    until(end: number): Promise<readonly Recorded[]> {
      target = end;
      return finished;
    },
  };
}

function expectEachStreamDense(events: readonly Recorded[]): void {
  for (const stream of new Set(events.map((event) => event.stream))) {
    const versions = events.filter((event) => event.stream === stream).map(({ version }) => version);
    expect(versions).toEqual(numbersFrom(1, versions.length));
  }
}

/** Each confirmed append is recorded once, completely, at the confirmed position; refused appends are not recorded. */
function expectEachAnswerTrue(events: readonly Recorded[], reports: readonly Report[]): void {
  const recorded: Record<string, number[]> = {};
  for (const { metadata, position } of events) (recorded[metadata.commandId] ??= []).push(position);

  const confirmed: Record<string, number[]> = {};
  for (const { command, outcome } of reports) {
    if (!('position' in outcome)) continue;
    confirmed[command.id] ??= numbersFrom(outcome.position - command.events + 1, command.events);
    expect(confirmed[command.id]?.at(-1)).toBe(outcome.position);
  }
  expect(recorded).toEqual(confirmed);
}

function expectEachKeyHeldOnce(events: readonly Recorded[], commandList: readonly Command[]): void {
  const recorded = new Set(events.map(({ metadata }) => metadata.commandId));
  const holders = new Map<string, string>();
  for (const { id, claims, stream } of commandList) {
    if (claims === undefined || !recorded.has(id)) continue;
    expect(holders.get(claims) ?? stream).toBe(stream);
    holders.set(claims, stream);
  }
}

const numbersFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
