import { LocalObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually, S3_KEYS, useS3 } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);
const s3 = useS3();

/** Leaves files in a leg and waits to be parked; says what it has found of them, and ends, when it was told to. */
const worker = shell(
  `[ -e note ] && { cat note ~/.memory; ls -l program | cut -c1-10; readlink link; }
   [ -e last ] && exit
   echo kept > note; echo remembered >> ~/.memory; touch program; chmod 750 program; ln -sf /etc/passwd link
   echo ready; while :; do sleep 0.02; done`,
);
const FOUND = ['kept', 'remembered', '-rwxr-x---', '/etc/passwd'];

const Parked = z.object({ checkpoint: z.object({ uri: z.string(), sizeBytes: z.number() }) });
type Checkpoint = z.infer<typeof Parked>['checkpoint'];

function objects(): string[] {
  const root = join(directory.path, 'objects');
  const entries = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
const objectOf = ({ uri }: Checkpoint) => {
  const found = objects().find((file) => file.endsWith(uri.slice('sha256:'.length)));
  if (found === undefined) throw new Error(`there is no object ${uri}`);
  return found;
};

const linesOf = (order: WorkOrder) => runner.platform.linesOf(order);
const isReady = (order: WorkOrder, legs: number) =>
  eventually(() => linesOf(order).filter((line) => line === 'ready').length >= legs);

/** Pauses the session, which is parked at once, and returns what the log is told. */
async function park(order: WorkOrder) {
  await isReady(order, order.leg);
  const released = runner.platform.commandsOf('ReleaseWork', order).length;
  runner.platform.request(order, 'pause', 2 * order.leg);
  runner.wake();
  const parked = await runner.platform.receives('ParkPhase', order, order.leg);
  await runner.platform.receives('ReleaseWork', order, released + 1);
  runner.platform.controls.clear();
  return parked;
}
async function parkedBy(home: string, order: WorkOrder, environment: Readonly<Record<string, string>> = {}) {
  runner.platform.offer(order);
  const stop = await runner.start({ home, environment: { PAUSE_HOLD_SECONDS: '0', ...environment } });
  const { checkpoint } = Parked.parse(await park(order));
  return { stop, checkpoint };
}
const next = (order: WorkOrder, checkpoint: Checkpoint): WorkOrder => ({
  ...order,
  ...{ leg: order.leg + 1, token: order.token + 1, checkpoint },
});
/** Lets the agent end in its next leg, as if it had been told so before. */
const lastLeg = (order: WorkOrder) => ({ ...order, agent: shell(`touch last; ${scriptOf(order)}`) });
const scriptOf = ({ agent }: WorkOrder) => ('command' in agent ? (agent.command.at(-1) ?? '') : '');
const completed = (order: WorkOrder) => runner.platform.receives('CompleteSession', order);

describeWithBubblewrap('a parked session', () => {
  it('goes on with another runner: with its files, its home and its output', async () => {
    const order = orderOf(worker);
    const { stop, checkpoint } = await parkedBy('first', order);
    await stop();
    runner.platform.offer(lastLeg(next(order, checkpoint)));
    await runner.start({ home: 'second' });

    await expect(completed(order)).resolves.toMatchObject({ status: 'completed' });
    expect(linesOf(order).slice(1)).toEqual(FOUND);
    const linesBy = (token: number) => runner.platform.stored.filter(({ lease }) => lease.token === token);
    expect(linesBy(2)[0]?.firstLine).toBe((linesBy(1).at(-1)?.lastLine ?? 0) + 1);
  });

  it('goes on with its own runner in the directory that is still there', async () => {
    const order = orderOf(worker);
    const { checkpoint } = await parkedBy('own', order);
    rmSync(objectOf(checkpoint));
    runner.platform.offer(lastLeg(next(order, checkpoint)));

    await expect(completed(order)).resolves.toMatchObject({ status: 'completed' });
    expect(linesOf(order).slice(1)).toEqual(FOUND);
  });

  it('goes on with its first runner from what another one has parked', async () => {
    const order = orderOf(worker);
    const first = await parkedBy('returns', order);
    await first.stop();
    const second = next(order, first.checkpoint);
    const other = await parkedBy('between', second);
    await other.stop();
    runner.platform.offer(lastLeg(next(second, other.checkpoint)));
    await runner.start({ home: 'returns' });

    await expect(completed(order)).resolves.toMatchObject({ status: 'completed' });
    expect(linesOf(order).filter((line) => line === 'remembered')).toHaveLength(3);
  });

  it.each([
    [
      'missing',
      'is missing',
      (file: string) => {
        rmSync(file);
      },
    ],
    [
      'broken',
      'has other bytes',
      (file: string) => {
        truncateSync(file, 100);
      },
    ],
  ])('fails when its checkpoint is %s', async (_, reason, spoil) => {
    const order = orderOf(worker);
    const { stop, checkpoint } = await parkedBy('spoils', order);
    await stop();
    spoil(objectOf(checkpoint));
    runner.platform.offer(next(order, checkpoint));
    await runner.start({ home: 'finds-it' });

    await expect(completed(order)).resolves.toMatchObject({
      status: 'failed',
      errorType: 'checkpoint_lost',
      error: expect.stringContaining(reason) as string,
      usage: { costComplete: false },
    });
    await runner.platform.receives('ReleaseWork', order, 2);
  });

  it('is noted before it is stored, and stored before the log is told', async () => {
    const order = orderOf(worker);
    const seen: Record<string, number> = {};
    const count = (type: string, answer: object) => {
      runner.platform.answers.set(type, () => {
        seen[type] = objects().length - before;
        return answer;
      });
    };
    const before = objects().length;
    count('NoteCheckpoint', { done: true });
    count('ParkPhase', { position: 1, version: 1 });
    const { checkpoint } = await parkedBy('notes', order);

    expect(seen).toEqual({ NoteCheckpoint: 0, ParkPhase: 1 });
    const noted = runner.platform.received.find(({ type }) => type === 'NoteCheckpoint');
    expect(noted?.data).toEqual({ executionId: order.executionId, uri: checkpoint.uri });
  });

  it('has no token and no key in its checkpoint', async () => {
    const order = orderOf(worker, { token: 8_675_309_421 });
    const { checkpoint } = await parkedBy('secret', order, { ANTHROPIC_API_KEY: 'planted-key' });
    const bytes = execFileSync('gzip', ['-dc', objectOf(checkpoint)], { maxBuffer: 2 ** 30 }).toString('latin1');

    expect(bytes).toContain('remembered');
    for (const secret of ['8675309421', 'planted-key']) expect(bytes).not.toContain(secret);
  });

  it('is parked without a checkpoint when it is resumed before the storage answers', async () => {
    const order = orderOf(worker);
    await s3.stop();
    runner.platform.offer(order);
    await runner.start({ home: 'away', environment: { S3_ENDPOINT: s3.url, ...S3_KEYS, PAUSE_HOLD_SECONDS: '0' } });
    const parking = park(order);
    await eventually(() => runner.platform.received.some(({ type }) => type === 'NoteCheckpoint'));
    runner.platform.request(order, 'run', 3);
    runner.wake();

    await expect(parking).resolves.toMatchObject({ checkpointError: 'the pause ended before it was stored' });
    await s3.start();
  });
});

describeWithBubblewrap('checkpoints that no work needs', () => {
  it('are removed and reported, though one of them is gone already', async () => {
    const storage = new LocalObjectStorage(join(directory.path, 'objects'));
    const [{ uri: kept }, { uri: gone }] = [
      await storage.put(Buffer.from('kept')),
      await storage.put(Buffer.from('gone')),
    ];
    const unwanted = [kept, gone, `sha256:${'0'.repeat(64)}`];
    const reports: unknown[] = [];
    runner.platform.answers.set('CollectCheckpoints', ({ removed }) => {
      reports.push(removed);
      return { unwanted: reports.length === 1 ? unwanted.slice(1) : [] };
    });
    await runner.start({ home: 'collects' });

    await eventually(() => reports.length === 2);
    expect(reports).toEqual([[], unwanted.slice(1)]);
    await expect(storage.get(gone)).rejects.toThrow('there is no object');
    (await storage.get(kept)).destroy();
  });
});
