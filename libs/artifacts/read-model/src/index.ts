export { artifactProjection, type ArtifactRow } from './artifact.projection';
