import { artifactProjection } from './artifact.projection';

export { artifactProjection, type ArtifactRow } from './artifact.projection';

export const artifacts = [artifactProjection];
