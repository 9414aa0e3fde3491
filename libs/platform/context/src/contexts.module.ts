import { Inject, Injectable, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { aggregatesToken, decisionHandler, EventStoreModule } from '@syntropic/event-store';
import type { Aggregate, Aggregates, Event } from '@syntropic/kernel';
import { MessageBus, messageOf, type Handler } from '@syntropic/messaging';
import { commandsOf, type Context } from './context';

/** Runs contexts: provides their aggregates, and registers a handler for each of their commands. */
@Module({})
export class ContextsModule {
  static of(contexts: readonly Context[]): DynamicModule {
    const handlers = contexts.flatMap((context) => context.handlers);
    const kinds = contexts.flatMap(({ aggregates, views }) => [...aggregates, ...views]);
    return {
      module: ContextsModule,
      imports: [EventStoreModule.forFeature(...kinds)],
      providers: [{ provide: CONTEXTS, useValue: contexts }, ...handlers, Registration],
    };
  }
}

const CONTEXTS = Symbol('contexts');

/** Fills the bus while the service starts. A command without a handler, or with two, keeps it from starting. */
@Injectable()
class Registration implements OnModuleInit {
  constructor(
    @Inject(CONTEXTS) private readonly contexts: readonly Context[],
    private readonly modules: ModuleRef,
    private readonly bus: MessageBus,
  ) {}

  onModuleInit(): void {
    for (const { aggregates, handlers } of this.contexts) {
      for (const aggregate of aggregates) this.#register(aggregate as Aggregate);
      for (const handler of handlers) {
        const instance = this.modules.get<Handler<never>>(handler);
        this.bus.handle(messageOf(handler), (command) => instance.execute(command as never));
      }
    }
    const unhandled = commandsOf(this.contexts).filter((message) => !this.bus.handles(message));
    if (unhandled.length > 0) throw new Error(`no handler for ${unhandled.map(({ type }) => type).join(', ')}`);
  }

  #register(aggregate: Aggregate): void {
    const aggregates = this.modules.get<Aggregates<unknown, Event>>(aggregatesToken(aggregate), { strict: false });
    for (const [type, message] of Object.entries(aggregate.contract.commands)) {
      const execute = decisionHandler(aggregate, type, aggregates);
      if (execute) this.bus.handle(message, execute);
    }
  }
}
