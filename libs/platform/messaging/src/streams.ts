import {
  DiscardPolicy,
  NatsError,
  RetentionPolicy,
  StorageType,
  nanos,
  type JetStreamManager,
  type NatsConnection,
  type StreamConfig,
} from 'nats';
import { DOMAIN_EVENTS } from './subjects';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GIGABYTE = 1024 ** 3;

const STREAM_EXISTS = 10058;
const NOT_ENOUGH_STORAGE = 10047;

type StreamName = 'DOMAIN' | 'TELEMETRY' | 'WORK' | 'DEAD';

const STREAMS: Readonly<Record<StreamName, Partial<StreamConfig> & { max_bytes: number }>> = {
  DOMAIN: {
    subjects: [DOMAIN_EVENTS],
    max_age: nanos(7 * DAY_MS),
    max_bytes: 10 * GIGABYTE,
    // The expected last id keeps the order. A longer window would drop events that are published again after a purge.
    duplicate_window: nanos(100),
  },
  TELEMETRY: {
    subjects: ['telemetry.>'],
    max_age: nanos(HOUR_MS),
    max_bytes: 4 * GIGABYTE,
    discard: DiscardPolicy.New,
  },
  WORK: {
    subjects: ['work.>'],
    retention: RetentionPolicy.Workqueue,
    max_age: nanos(HOUR_MS),
    max_bytes: GIGABYTE / 16,
  },
  DEAD: { subjects: ['dead.>'], max_age: nanos(30 * DAY_MS), max_bytes: GIGABYTE },
};

/** Creates missing streams. Existing ones are left unchanged, because an operator may have resized them. */
export async function ensureStreams(nats: NatsConnection, { replicas }: { replicas: number }): Promise<void> {
  const manager = await nats.jetstreamManager({ checkAPI: false, timeout: 2_000 });
  const present = new Set<string>();
  for await (const name of manager.streams.names()) present.add(name);

  for (const [name, config] of Object.entries(STREAMS)) {
    if (present.has(name)) continue;
    await createStream(manager, { storage: StorageType.File, num_replicas: replicas, ...config, name });
  }
}

/** Halves the size until the server can reserve it on its disk. Streams only distribute events, so a small one loses no facts. */
async function createStream(manager: JetStreamManager, config: (typeof STREAMS)[StreamName] & { name: string }) {
  try {
    await manager.streams.add(config);
  } catch (error) {
    const code = error instanceof NatsError ? error.api_error?.err_code : undefined;
    if (code === STREAM_EXISTS) return;
    if (code !== NOT_ENOUGH_STORAGE) throw error;
    await createStream(manager, { ...config, max_bytes: Math.floor(config.max_bytes / 2) });
  }
}
