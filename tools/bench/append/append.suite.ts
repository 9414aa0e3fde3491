import { createDatabase } from '@syntropic/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { timesAtLeast, timesAtMost, type Figures } from '../figure';
import { withPostgres } from '../private-servers';
import { medianRound } from '../statistics';
import { RAW_SCHEMA } from './single-append';
import type { Load, LoadAnswer } from './load';

const ROUNDS = 5;
const WARM_UP_MS = 500;
const MEASURED_MS = 1_500;
const RAW_POOLS = [8, 16, 32, 64];
const SERVICE_POOL = 10;

/** Appends per second in one round, by group commit and in the raw way. */
type Round = Readonly<{
  group1: number;
  group64: number;
  group512: number;
  twoReplicas64: number;
  raw1: number;
  raw64: number;
  raw512: number;
}>;

/** Single-event appends to different streams, every constraint on, beside the same rows inserted one transaction each. */
export async function appendSuite(print: (line: string) => void): Promise<Figures> {
  const rounds = await withPostgres(async (url) => {
    const done: Round[] = [];
    while (done.length < ROUNDS) {
      const round = await oneRound(url);
      print(perSecond(round));
      done.push(round);
    }
    return done;
  });
  const unit = 'appends/s';
  const compare = (value: keyof Round, limit: keyof Round) =>
    byRatio(rounds.map((round) => ({ value: round[value], limit: round[limit] })));
  const alone = byRatio(rounds.map(({ group1, raw1 }) => ({ value: 1_000 / group1, limit: 1_000 / raw1 })));
  return {
    append_64: timesAtLeast({ ...compare('group64', 'raw64'), unit, target: 2.5 }),
    append_512: timesAtLeast({ ...compare('group512', 'raw512'), unit, target: 4.5 }),
    append_1: timesAtMost({ ...alone, unit: 'ms', target: 2 }),
    append_64_two_replicas: timesAtLeast({ ...compare('twoReplicas64', 'group64'), unit, target: 0.9 }),
  };
}

const perSecond = (round: Round): string =>
  `appends/s: ${Object.entries(round)
    .map(([way, rate]) => `${way} ${rate.toFixed(0)}`)
    .join(', ')}`;

/** A disturbance of the machine hits both sides of a round. */
const byRatio = (rounds: readonly Readonly<{ value: number; limit: number }>[]) =>
  medianRound(rounds, ({ value, limit }) => value / limit);

async function oneRound(server: string): Promise<Round> {
  const group = (inFlight: number, replicas = 1) =>
    throughput(server, { way: 'group', inFlight, connections: SERVICE_POOL, replicas });
  const raw = async (inFlight: number) => {
    const rates: number[] = [];
    for (const connections of RAW_POOLS) rates.push(await throughput(server, { way: 'raw', inFlight, connections }));
    return Math.max(...rates);
  };
  return {
    raw64: await raw(64),
    group64: await group(64),
    twoReplicas64: await group(64, 2),
    raw512: await raw(512),
    group512: await group(512),
    raw1: await throughput(server, { way: 'raw', inFlight: 1, connections: 1 }),
    group1: await group(1),
  };
}

type Run = Pick<Load, 'way' | 'inFlight' | 'connections'> & Readonly<{ replicas?: number }>;

/** Appends per second of all replicas together, on a new database. */
async function throughput(server: string, { way, inFlight, connections, replicas = 1 }: Run): Promise<number> {
  const { url, pool, drop } = await createDatabase(server);
  await pool.query(RAW_SCHEMA);
  const load = { url, way, inFlight: inFlight / replicas, connections, warmUpMs: WARM_UP_MS, measuredMs: MEASURED_MS };
  const processes = Array.from({ length: replicas }, () => fork(join(__dirname, 'load-process.js')));
  try {
    for (const process of processes) process.send(load);
    await Promise.all(processes.map(answerOf));
    for (const process of processes) process.send('go');
    const answers = (await Promise.all(processes.map(answerOf))) as readonly LoadAnswer[];
    return answers.reduce((sum, { appendsPerSecond }) => sum + appendsPerSecond, 0);
  } finally {
    for (const process of processes) process.kill();
    await drop();
  }
}

async function answerOf(process: ChildProcess): Promise<unknown> {
  const ended = once(process, 'exit').then(() => {
    throw new Error('a load process ended before it answered');
  });
  const answers: readonly unknown[] = await Promise.race([once(process, 'message'), ended]);
  return answers[0];
}
