import type { Immutable } from '@syntropic/kernel';
import { repo } from '@syntropic/organization/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** The system of a repository that is assigned to none, as clients know it. */
export const NO_SYSTEM = '';

const row = z.object({
  repo_id: z.string(),
  organization_id: z.string(),
  system_id: z.string(),
  provider: z.enum(['github', 'gitea', 'gitlab']),
  provider_repo_id: z.string(),
  full_name: z.string(),
  owner: z.string(),
  default_branch: z.string(),
  installation_id: z.string(),
  is_private: z.boolean(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
});

export type RepoRow = Immutable<z.output<typeof row>>;

/** List and detail of repositories. A deregistered one has no row. */
export const repoProjection = projection(repo)({
  name: 'repo',
  version: 1,
  row,
  key: 'repo_id',
  indexes: [
    ['created_at', 'repo_id'],
    ['full_name', 'repo_id'],
    ['organization_id', 'created_at', 'repo_id'],
    ['organization_id', 'full_name', 'repo_id'],
    ['system_id', 'created_at', 'repo_id'],
    ['system_id', 'full_name', 'repo_id'],
  ],
  counted: [[], ['organization_id'], ['system_id']],
  keys: ({ data }) => [data.repoId],
  on: {
    RepoRegistered: (_, { data, recordedAt }) => ({
      repo_id: data.repoId,
      organization_id: data.organizationId,
      system_id: NO_SYSTEM,
      provider: data.provider,
      provider_repo_id: data.providerRepoId,
      full_name: data.fullName,
      owner: data.owner,
      default_branch: data.defaultBranch,
      installation_id: data.installationId,
      is_private: data.isPrivate,
      created_by: data.createdBy,
      created_at: recordedAt,
    }),
    RepoUpdated: (row, { data }) =>
      row && {
        ...row,
        default_branch: data.defaultBranch ?? row.default_branch,
        is_private: data.isPrivate ?? row.is_private,
        installation_id: data.installationId ?? row.installation_id,
      },
    RepoAssignedToSystem: (row, { data }) => row && { ...row, system_id: data.systemId },
    RepoUnassignedFromSystem: (row) => row && { ...row, system_id: NO_SYSTEM },
    RepoDeregistered: () => null,
  },
});
