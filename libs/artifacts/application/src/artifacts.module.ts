import { Module } from '@nestjs/common';
import { Artifact } from '@syntropic/artifacts/domain';
import { EventStoreModule } from '@syntropic/event-store';
import { artifactHandlers } from './artifact.handlers';

@Module({
  imports: [EventStoreModule.forFeature(Artifact)],
  providers: artifactHandlers,
})
export class ArtifactsModule {}
