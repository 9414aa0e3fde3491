import { artifactProjection } from './artifact.projection';

export { artifactWireEvents } from './artifact.wire';
export { artifactProjection, type ArtifactRow } from './artifact.projection';

export const artifacts = [artifactProjection];
