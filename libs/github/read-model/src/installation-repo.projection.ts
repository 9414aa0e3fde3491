import { installation } from '@syntropic/github/contracts';
import type { EventOf, Recorded } from '@syntropic/kernel';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  /** The installation and the repository, both by GitHub's numbers. */
  installation_repo_id: z.string(),
  installation_id: z.string(),
  github_id: z.int(),
  full_name: z.string(),
  /** In lower case, for GitHub does not tell names apart by case. */
  name_key: z.string(),
  is_private: z.boolean(),
});

/** The repositories that each installation may read. Those of a revoked one keep their rows: its events do not name them. */
export const installationRepoProjection = projection(installation)({
  name: 'installation_repo',
  version: 1,
  row,
  key: 'installation_repo_id',
  indexes: [
    ['installation_id', 'name_key', 'installation_repo_id', 'is_private'],
    ['name_key', 'installation_repo_id'],
  ],
  counted: [['installation_id'], ['installation_id', 'is_private']],
  keys: (event) => (event.type === 'InstallationRepositoriesChanged' ? keysOf(event) : []),
  on: {
    /** At most 500 are added by one event. */
    InstallationRepositoriesChanged: (_, { data: { installationId, added } }, key) => {
      const repository = added.find(({ githubId }) => keyOf(installationId, githubId) === key);
      if (!repository) return null;
      const { githubId, fullName, isPrivate } = repository;
      return {
        installation_repo_id: key,
        installation_id: installationId,
        github_id: githubId,
        full_name: fullName,
        name_key: fullName.toLowerCase(),
        is_private: isPrivate,
      };
    },
  },
});

type Changed = Extract<Recorded<EventOf<typeof installation>>, { type: 'InstallationRepositoriesChanged' }>;

const keyOf = (installationId: string, githubId: number): string => `${installationId} ${githubId}`;

const keysOf = ({ data: { installationId, added, removed } }: Changed): readonly string[] => [
  ...new Set([...added.map(({ githubId }) => githubId), ...removed].map((id) => keyOf(installationId, id))),
];
