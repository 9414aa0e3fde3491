import { repoProjection } from '@syntropic/organization/read-model';

/** How repositories are looked up. */
export const REPO = { projection: repoProjection, noun: 'Repo', missing: 'repo.not_found' } as const;
