import { Module } from '@nestjs/common';
import { ServiceModule } from '@syntropic/service';
import { config } from './agent-runner.config';
import { natsUrlOf } from './agent-runner.variables';
import { RunnerModule } from './runner.module';

@Module({
  imports: [ServiceModule.of({ name: 'agent-runner', natsUrl: natsUrlOf(config) }), RunnerModule.of(config)],
})
export class AppModule {}
