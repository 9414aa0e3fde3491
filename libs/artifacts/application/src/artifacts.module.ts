import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Artifact } from '@syntropic/artifacts/domain';
import { EventStoreModule } from '@syntropic/event-store';
import { artifactHandlers } from './artifact.handlers';

@Module({
  imports: [CqrsModule, EventStoreModule.forFeature(Artifact)],
  providers: artifactHandlers,
})
export class ArtifactsModule {}
