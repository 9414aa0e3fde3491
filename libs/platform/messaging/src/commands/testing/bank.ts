import { Inject, Module, type DynamicModule, type INestApplicationContext, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import { natsUsers } from '../../permissions';
import type { CommandOrigin } from '../command-client';
import { commandTransport } from '../command-transport';
import { CommandsModule } from '../commands.module';
import { MessageBus } from '../message-bus';
import { Audit, Close, Deposit, Withdraw, type Answer } from './deposits';

type Handling = (deposit: Deposit['data'], time: number) => Promise<Answer>;

export const outcome = { position: 7, version: 2 };
export const body = { account: 'ada', coins: [{ cents: 5 }] };

export const bankUsers = natsUsers(
  {
    gateway: 'g',
    'command-service': 'c',
    'projection-worker': 'p',
    'observability-collector': 'o',
    runners: ['a', 'b'],
  },
  [Deposit, Withdraw, Audit, Close],
);

/** A service that handles deposits as a spec tells it to. */
export class Bank {
  received: Deposit[] = [];
  /** The users that the bus vouched for, of the other commands. */
  readonly users: (string | undefined)[] = [];
  handle: Handling = () => Promise.resolve(outcome);

  reset(): void {
    this.received = [];
    this.handle = () => Promise.resolve(outcome);
  }

  async open(url: string): Promise<INestApplicationContext> {
    const app = await NestFactory.create<NestFastifyApplication>(BankModule.of(this), new FastifyAdapter(), {
      logger: false,
    });
    app.connectMicroservice(commandTransport({ url, name: 'command-service' }));
    await app.init();
    await app.startAllMicroservices();
    return app;
  }
}

@Module({})
class BankModule implements OnModuleInit {
  constructor(
    private readonly bus: MessageBus,
    @Inject(Bank) private readonly bank: Bank,
  ) {}

  static of(bank: Bank): DynamicModule {
    const imports = [CommandsModule.of([Deposit, Audit, Close])];
    return { module: BankModule, imports, providers: [{ provide: Bank, useValue: bank }] };
  }

  onModuleInit(): void {
    for (const message of [Audit, Close]) {
      this.bus.handle(message, ({ context: { user } }) => {
        this.bank.users.push(user);
        return Promise.resolve(outcome);
      });
    }
    this.bus.handle(Deposit, (command) => {
      // The bus hands a handler the commands of its message alone.
      const deposit = command as Deposit;
      this.bank.received.push(deposit);
      return this.bank.handle(deposit.data, this.bank.received.length);
    });
  }
}

export const origin = (changes: Partial<CommandOrigin> = {}): CommandOrigin => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'Ada Lovelace, née Byron' },
  ...changes,
});
