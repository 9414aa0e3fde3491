import { Module } from '@nestjs/common';
import { ServiceModule } from '@syntropic/service';
import { config } from './agent-runner.config';
import { RunnerModule } from './runner.module';

@Module({
  imports: [ServiceModule.of({ name: 'agent-runner', natsUrl: config.NATS_URL }), RunnerModule.of(config)],
})
export class AppModule {}
