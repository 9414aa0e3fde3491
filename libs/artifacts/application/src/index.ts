import { Artifact, Content } from '@syntropic/artifacts/domain';
import { context } from '@syntropic/context';
import { AddArtifactHandler, CreateArtifactHandler, UploadArtifactHandler } from './commands/content-naming.handlers';

export const artifacts = context({
  aggregates: [Artifact, Content],
  handlers: [CreateArtifactHandler, AddArtifactHandler, UploadArtifactHandler],
});
