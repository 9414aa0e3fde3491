import type { Event } from '@syntropic/kernel';
import { Inject, Module, type DynamicModule, type FactoryProvider, type Provider, type Type } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Appended } from './append';
import { Claims } from './claims';
import { EventAppender, type EventAppenderOptions } from './event-appender';
import { KeptStates } from './kept-states';
import { PostgresEventLog } from './postgres-event-log';
import { RecentEvents } from './relay/recent-events';
import { StoredAggregates, type StoredKind } from './stored-aggregates';
import { StoredStreams } from './stored-streams';

type EventStoreOptions = Omit<EventAppenderOptions, 'onAppended'> &
  Readonly<{
    pool: Pool;
    /** Called after an append while no relay of this process listens: that of another replica publishes it. */
    wakeOthers?: () => void;
  }>;

type OptionsFactory = Pick<FactoryProvider<EventStoreOptions>, 'inject' | 'useFactory'>;

const OPTIONS = Symbol('EventStoreOptions');

/** An aggregate, or a view of one. */
type Kind = Readonly<{ name: string; reader?: string }>;

/** The token under which `forFeature` provides the aggregates of a kind. */
export const aggregatesToken = ({ name, reader }: Kind) =>
  reader === undefined ? `Aggregates(${name})` : `Aggregates(${name} for ${reader})`;

/** Injects the `Aggregates` of this kind, as `EventStoreModule.forFeature` provides them. */
export const InjectAggregates = (aggregate: Kind) => Inject(aggregatesToken(aggregate));

@Module({})
export class EventStoreModule {
  /** The log and its appender, for the whole application. */
  static forRoot({ inject = [], useFactory }: OptionsFactory): DynamicModule {
    const options: Provider = { provide: OPTIONS, inject, useFactory };
    const stores = [
      { provide: EventAppender, inject: [OPTIONS, RecentEvents], useFactory: appender },
      RecentEvents,
      fromOptions(PostgresEventLog, ({ pool }) => new PostgresEventLog(pool)),
      fromOptions(StoredStreams, ({ pool }) => new StoredStreams(pool)),
      fromOptions(KeptStates, () => new KeptStates()),
      fromOptions(Claims, ({ pool }) => new Claims(pool)),
    ];
    return { module: EventStoreModule, global: true, providers: [options, ...stores], exports: stores };
  }

  static forFeature(...aggregates: readonly Kind[]): DynamicModule {
    const providers = aggregates.map(aggregatesProvider);
    return { module: EventStoreModule, providers, exports: providers };
  }
}

function appender({ pool, wakeOthers, ...options }: EventStoreOptions, recent: RecentEvents): EventAppender {
  const onAppended = (appended: Appended) => {
    if (!recent.add(appended)) wakeOthers?.();
  };
  return new EventAppender(pool, { ...options, onAppended });
}

const fromOptions = <Store>(provide: Type<Store>, useFactory: (options: EventStoreOptions) => Store): Provider => ({
  provide,
  inject: [OPTIONS],
  useFactory,
});

const aggregatesProvider = (aggregate: Kind): Provider => ({
  provide: aggregatesToken(aggregate),
  inject: [PostgresEventLog, StoredStreams, EventAppender, KeptStates],
  useFactory: (log: PostgresEventLog, streams: StoredStreams, appender: EventAppender, kept: KeptStates) =>
    // The container loses the types of state and events; the injecting class declares them again.
    new StoredAggregates(aggregate as StoredKind<unknown, Event>, { log, streams, appender, kept }),
});
