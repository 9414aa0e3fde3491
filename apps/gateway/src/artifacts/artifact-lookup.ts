import { artifactProjection } from '@syntropic/artifacts/read-model';

export const ARTIFACT = { projection: artifactProjection, noun: 'Artifact', missing: 'artifact.not_found' } as const;
