import { Artifact } from '@syntropic/artifacts/domain';
import { context } from '@syntropic/context';

export const artifacts = context({ aggregates: [Artifact] });
