import { CreateArtifact } from '@syntropic/artifacts/contracts';
import { Artifact, createArtifact } from '@syntropic/artifacts/domain';
import { handles } from '@syntropic/event-store';

/** Command, aggregate, which one, decision. */
export const artifactHandlers = [handles(CreateArtifact, Artifact, ({ artifactId }) => artifactId, createArtifact)];
