import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { Health, type Checks } from './health';
import { HealthController } from './health.controller';

export type HealthOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<Checks>, 'inject'> &
  Readonly<{
    /** Creates the checks from the injected providers. */
    checks: FactoryProvider<Checks>['useFactory'];
  }>;

/** Serves `/health/live` and `/health/ready`, and provides `Health`. */
@Module({})
export class HealthModule {
  static register({ imports = [], inject = [], checks }: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      imports,
      controllers: [HealthController],
      providers: [
        { provide: CHECKS, inject, useFactory: checks },
        { provide: Health, inject: [CHECKS], useFactory: (all: Checks) => new Health(all) },
      ],
      exports: [Health],
    };
  }
}

const CHECKS = Symbol('health checks');
