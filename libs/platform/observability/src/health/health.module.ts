import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { Health, type Checks } from './health';
import { HealthController } from './health.controller';
import type { PartSource } from './part-state';

export type HealthOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<Checks>, 'inject'> &
  Readonly<{
    /** Creates the checks from the injected providers. */
    checks: FactoryProvider<Checks>['useFactory'];
    /** Reads the parts of the platform whose standstill is reported, by the same dependencies. */
    parts?: FactoryProvider<PartSource | undefined>['useFactory'];
  }>;

/** Serves `/health/live` and `/health/ready`, and provides `Health`. */
@Module({})
export class HealthModule {
  static register({ imports = [], inject = [], checks, parts = () => undefined }: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      imports,
      controllers: [HealthController],
      providers: [
        { provide: CHECKS, inject, useFactory: checks },
        { provide: PARTS, inject, useFactory: parts },
        {
          provide: Health,
          inject: [CHECKS, PARTS],
          useFactory: (all: Checks, source?: PartSource) => new Health(all, source),
        },
      ],
      exports: [Health],
    };
  }
}

const CHECKS = Symbol('health checks');
const PARTS = Symbol('parts of the platform');
