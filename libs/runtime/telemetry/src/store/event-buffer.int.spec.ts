import { useDatabase } from '@syntropic/testing';
import type { TelemetryBatch } from '../telemetry-batch';
import { anEvent, anExecutionId } from '../testing/events';
import { BufferFull, EventBuffer, type EventBufferOptions } from './event-buffer';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { TelemetryReader } from './telemetry-reader';

const database = useDatabase();

/** A buffer in front of a real store, and the sizes of its flushes. */
function aBuffer(options?: EventBufferOptions) {
  const store = new PostgresTelemetryStore(database.pool);
  const flushes: number[] = [];
  const insert = (batches: readonly TelemetryBatch[]) => {
    flushes.push(batches.length);
    return store.insert(batches);
  };
  return { buffer: new EventBuffer({ insert, maintain: () => store.maintain() }, options), flushes };
}

const batchOf = (executionId: string, size: number): TelemetryBatch => ({
  events: Array.from({ length: size }, () => anEvent({ executionId })),
});

describe('the event buffer', () => {
  it('writes at once when idle, then all batches that arrived meanwhile', async () => {
    const executionId = anExecutionId();
    const { buffer, flushes } = aBuffer();
    const first = buffer.submit(batchOf(executionId, 1), 100);
    await new Promise(setImmediate);
    const others = Array.from({ length: 50 }, () => buffer.submit(batchOf(executionId, 2), 100));
    await Promise.all([first, ...others]);

    expect(flushes).toEqual([1, 50]);
    await expect(new TelemetryReader(database.pool).after(executionId, 0, 1_000)).resolves.toHaveLength(101);
  });

  it('answers each batch with its own events, in order', async () => {
    const executionId = anExecutionId();
    const { buffer } = aBuffer();
    const answers = await Promise.all([1, 2, 3].map((size) => buffer.submit(batchOf(executionId, size), 100)));

    const sequences = answers.map((answer) => (answer.leaseLost ? [] : answer.stored.map(({ sequence }) => sequence)));
    expect(sequences).toEqual([[1], [2, 3], [4, 5, 6]]);
  });

  it('is bounded, and accepts more when it has written', async () => {
    const { buffer } = aBuffer({ capacity: 3 });
    const taken = buffer.submit(batchOf(anExecutionId(), 3), 100);
    await expect(buffer.submit(batchOf(anExecutionId(), 1), 100)).rejects.toThrow(BufferFull);
    await taken;

    await expect(buffer.submit(batchOf(anExecutionId(), 1), 100)).resolves.toMatchObject({ leaseLost: false });
  });

  it('is bounded by bytes too', async () => {
    const { buffer, flushes } = aBuffer({ capacityBytes: 1_000, flushBytes: 400 });
    const taken = [300, 300, 300].map((bytes) => buffer.submit(batchOf(anExecutionId(), 1), bytes));
    await expect(buffer.submit(batchOf(anExecutionId(), 1), 200)).rejects.toThrow(BufferFull);
    await Promise.all(taken);

    expect(flushes).toEqual([1, 1, 1]);
  });

  it('accepts a batch above its capacity when it is empty', async () => {
    const { buffer } = aBuffer({ capacity: 3 });
    await expect(buffer.submit(batchOf(anExecutionId(), 5), 100)).resolves.toMatchObject({ leaseLost: false });
  });

  it('takes all batches of a message or none', async () => {
    const { buffer } = aBuffer({ capacity: 5 });
    const message = [2, 2].map((size) => ({ batch: batchOf(anExecutionId(), size), bytes: 100 }));
    const taken = buffer.submit(batchOf(anExecutionId(), 2), 100);
    expect(() => buffer.submitAll(message)).toThrow(BufferFull);
    await taken;

    const stored = await Promise.all(buffer.submitAll([...message, ...message]).map((line) => line.stored));
    expect(stored.map(({ leaseLost }) => leaseLost)).toEqual([false, false, false, false]);
  });

  it('writes at most its flush size at once', async () => {
    const { buffer, flushes } = aBuffer({ flushSize: 4 });
    await Promise.all([3, 1, 2, 9, 1].map((size) => buffer.submit(batchOf(anExecutionId(), size), 100)));

    expect(flushes).toEqual([2, 1, 1, 1]);
  });

  describe('with a pace', () => {
    /** No flush begins after another by itself. */
    const pace = { times: 0, leastMs: 3_600_000, mostMs: 3_600_000 };

    it.each([
      ['events', 100, 100],
      ['bytes', 1, 300_000],
    ])('does not wait once many %s wait', async (_, events, bytes) => {
      const { buffer, flushes } = aBuffer({ pace });
      await buffer.submit(batchOf(anExecutionId(), 1), 100);
      await buffer.submit(batchOf(anExecutionId(), events), bytes);

      expect(flushes).toEqual([1, 1]);
    });

    it('does not wait once the service stops', async () => {
      const { buffer, flushes } = aBuffer({ pace });
      await buffer.submit(batchOf(anExecutionId(), 1), 100);
      const last = buffer.submit(batchOf(anExecutionId(), 1), 100);
      // The flush waits for its turn from then on.
      await new Promise(setImmediate);
      buffer.onModuleDestroy();
      await last;

      expect(flushes).toEqual([1, 1]);
    });
  });

  it('rejects waiting batches after a fault, and continues', async () => {
    const { buffer } = aBuffer();
    await database.pool.query('alter table telemetry.seen rename to gone');
    await expect(buffer.submit(batchOf(anExecutionId(), 1), 100)).rejects.toThrow('telemetry.seen');
    await database.pool.query('alter table telemetry.gone rename to seen');

    await expect(buffer.submit(batchOf(anExecutionId(), 1), 100)).resolves.toMatchObject({ leaseLost: false });
  });
});
