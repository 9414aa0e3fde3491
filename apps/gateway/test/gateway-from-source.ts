import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { AppModule } from '../src/app.module';
import { applicationOptions } from '../src/gateway';
import type { GatewayConfig } from '../src/gateway.config';
import { httpAdapter } from '../src/http/http-adapter';
import { COMPILED_WORKER, WORKER_SCRIPT, type WorkerScript } from '../src/workflows/yaml/workflow-yaml-reader';

export type Replace = (gateway: TestingModuleBuilder) => TestingModuleBuilder;

/** The worker's source: Jest compiles for its own threads only. */
const UNCOMPILED_WORKER: WorkerScript = {
  ...COMPILED_WORKER,
  file: COMPILED_WORKER.file.replace(/js$/, 'ts'),
  execArgv: ['--require', TYPESCRIPT_HOOK],
};

/** The gateway of this source tree, with the replaced providers. */
export async function gatewayFromSource(config: GatewayConfig, replace?: Replace): Promise<NestFastifyApplication> {
  const compiled = Test.createTestingModule({ imports: [AppModule.of(config)] });
  const gateway = compiled.overrideProvider(WORKER_SCRIPT).useValue(UNCOMPILED_WORKER);
  const module = await (replace ? replace(gateway) : gateway).compile();
  return module.createNestApplication<NestFastifyApplication>(httpAdapter(config), applicationOptions(config));
}
