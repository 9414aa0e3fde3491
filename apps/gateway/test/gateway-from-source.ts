import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { AppModule, ROUTES } from '../src/app.module';
import { applicationOptions } from '../src/gateway';
import type { GatewayConfig } from '../src/gateway.config';
import { httpAdapter } from '../src/http/http-adapter';
import { COMPILED_YAML_PROGRAM, YAML_PROGRAM, type YamlProgram } from '../src/workflows/yaml/workflow-yaml-thread';

export type Replace = (gateway: TestingModuleBuilder) => TestingModuleBuilder;

/** The source of the thread's program: Jest compiles for its own threads only. */
const UNCOMPILED_PROGRAM: YamlProgram = {
  ...COMPILED_YAML_PROGRAM,
  file: COMPILED_YAML_PROGRAM.file.replace(/js$/, 'ts'),
  execArgv: ['--require', TYPESCRIPT_HOOK],
};

/** The gateway of this source tree, with the replaced providers. */
export async function gatewayFromSource(config: GatewayConfig, replace?: Replace): Promise<NestFastifyApplication> {
  const compiled = Test.createTestingModule({ imports: [AppModule.of(config)] });
  const gateway = compiled.overrideProvider(YAML_PROGRAM).useValue(UNCOMPILED_PROGRAM);
  const module = await (replace ? replace(gateway) : gateway).compile();
  return module.createNestApplication<NestFastifyApplication>(httpAdapter(config, ROUTES), applicationOptions(config));
}
