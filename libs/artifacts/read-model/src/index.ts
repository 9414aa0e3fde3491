export { artifactWireEvents } from './artifact.wire';
export { artifactProjection, type ArtifactRow } from './artifact.projection';
