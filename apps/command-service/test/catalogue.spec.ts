import { AgentSessionsModule } from '@syntropic/agent-sessions/application';
import { ArtifactsModule } from '@syntropic/artifacts/application';
import { OrchestrationModule } from '@syntropic/orchestration/application';
import type { DynamicModule, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants';
import { COMMAND_HANDLER_METADATA } from '@nestjs/cqrs/dist/decorators/constants';
import 'reflect-metadata';
import { catalogue } from '../src/catalogue';
import { contextOf } from '../src/contexts';
import { OperatorModule } from '../src/operator.module';

const MODULES = {
  orchestration: OrchestrationModule,
  'agent-sessions': AgentSessionsModule,
  artifacts: ArtifactsModule,
};

/** What decorators wrote down for Nest. */
const written = (key: string, on: Type): readonly unknown[] => [Reflect.getMetadata(key, on)].flat();

const handled = [...Object.values(MODULES), OperatorModule]
  .flatMap((module) => written(MODULE_METADATA.PROVIDERS, module))
  .filter((provider) => typeof provider === 'function')
  .flatMap((provider) => written(COMMAND_HANDLER_METADATA, provider as Type));

const commands = Object.entries(catalogue).flatMap(([context, named]) =>
  Object.entries(named).map(([name, Command]) => ({ context, name, Command })),
);

describe('the catalogue', () => {
  it.each(commands)('has $name under its own name', ({ name, Command }) => {
    expect([Command.name, Command.type]).toEqual([name, name]);
  });

  it.each(commands)('has one handler for $name', ({ Command }) => {
    expect(handled.filter((one) => one === Command)).toHaveLength(1);
  });

  it('has every command that is handled', () => {
    expect(commands.map(({ Command }) => Command)).toEqual(expect.arrayContaining(handled));
  });
});

describe('an aggregate', () => {
  it.each(Object.entries(MODULES))('of %s says so, and its events go there', (context, module) => {
    const stores = (written(MODULE_METADATA.IMPORTS, module) as readonly DynamicModule[]).flatMap(aggregatesOf);

    expect(stores.length).toBeGreaterThan(0);
    expect(stores.map(contextOf)).toEqual(stores.map(() => context));
  });

  it('that nobody declared has no context', () => {
    expect(() => contextOf('invoice')).toThrow('no context is known');
  });
});

/** Their names, out of the tokens by which they are injected. */
function aggregatesOf({ providers = [] }: DynamicModule): readonly string[] {
  const tokens = providers.map((provider) => ('provide' in provider ? String(provider.provide) : ''));
  return tokens.flatMap((token) => /^Aggregates\((.+)\)$/.exec(token)?.[1] ?? []);
}
