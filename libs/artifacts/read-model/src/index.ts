export { artifactWireEvents } from './artifact.wire';
export { artifactProjection, type ArtifactRow, type ListedArtifact } from './artifact.projection';
export { contentProjection } from './content.projection';
