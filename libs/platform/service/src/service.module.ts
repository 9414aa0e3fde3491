import {
  Global,
  Inject,
  Injectable,
  Module,
  Optional,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { connectNats, drainAndClose } from '@syntropic/messaging';
import {
  createLogger,
  HealthModule,
  MetricsModule,
  PartGauges,
  type Checks,
  type PartState,
} from '@syntropic/observability';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { Background } from './background';
import { checkJetStream, checkStoreWrites } from './server-checks';
import { connectStore } from './store';

/** The service's connection to the bus. */
export const NATS = Symbol('NATS');
export const InjectNats = (): ParameterDecorator => Inject(NATS);

/** The service's logger without Nest's interface, for libraries that do not know Nest. */
export const LOG = Symbol('LOG');
export const InjectLog = (): ParameterDecorator => Inject(LOG);

export type ServiceOptions = Readonly<{
  /** Names the service in logs and metrics, on the bus and in the database. */
  name: string;
  natsUrl: string;
  /** Absent: the service has no database. */
  databaseUrl?: string;
  /** The parts of the platform that this service runs: readiness and metrics report those that stand still. */
  parts?: (store: Pool) => Promise<readonly PartState[]>;
  /** Further conditions of readiness, by name. */
  checks?: Readonly<Record<string, (store: Pool) => Promise<unknown>>>;
}>;

/** The parts of every service: store, bus, background tasks, health and metrics. */
@Global()
@Module({})
export class ServiceModule {
  static of({ name, natsUrl, databaseUrl, parts, checks = {} }: ServiceOptions): DynamicModule {
    const nats: Provider = { provide: NATS, useFactory: () => connectNats({ url: natsUrl, name }) };
    const log: Provider = { provide: LOG, useFactory: () => createLogger(name).pino };
    const pool: readonly Provider[] = databaseUrl
      ? [{ provide: Pool, useFactory: () => connectStore(databaseUrl, name) }]
      : [];
    const gauges: readonly Provider[] = parts
      ? [{ provide: PartGauges, inject: [Pool], useFactory: (store: Pool) => new PartGauges(() => parts(store)) }]
      : [];

    return {
      module: ServiceModule,
      imports: [
        HealthModule.register({
          inject: [NATS, Background, { token: Pool, optional: true }],
          checks: (bus: NatsConnection, background: Background, store?: Pool): Checks => ({
            bus: { check: () => bus.flush() },
            jetstream: { check: () => checkJetStream(bus), optional: true },
            background: { check: () => background.check() },
            capacity: { check: () => background.checkOptional(), optional: true },
            ...(store && {
              store: { check: () => store.query('select 1') },
              store_writes: { check: () => checkStoreWrites(store), optional: true },
              ...Object.fromEntries(
                Object.entries(checks).map(([check, run]) => [check, { check: () => run(store) }] as const),
              ),
            }),
          }),
          parts: (_bus: NatsConnection, _background: Background, store?: Pool) =>
            store && parts && (() => parts(store)),
        }),
        MetricsModule.register(name),
      ],
      providers: [nats, log, ...pool, ...gauges, Background, Connections],
      exports: [NATS, LOG, Background, ...(databaseUrl ? [Pool] : [])],
    };
  }
}

/** Closes the connections last, after background tasks and transports have ended. */
@Injectable()
class Connections implements OnApplicationShutdown {
  constructor(
    @InjectNats() private readonly nats: NatsConnection,
    @Optional() private readonly pool?: Pool,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await drainAndClose(this.nats);
    await this.pool?.end();
  }
}
