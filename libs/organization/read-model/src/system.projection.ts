import type { EventOf, Immutable, Recorded } from '@syntropic/kernel';
import { repo, system } from '@syntropic/organization/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  system_id: z.string(),
  organization_id: z.string(),
  name: z.string(),
  description: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  repo_count: z.int(),
});

export type SystemRow = Immutable<z.output<typeof row>>;

/** List and detail of systems, with the number of their repositories. A deleted one has no row. */
export const systemProjection = projection(
  system,
  repo,
)({
  name: 'system',
  version: 1,
  row,
  key: 'system_id',
  indexes: [
    ['created_at', 'system_id'],
    ['name', 'system_id'],
    ['organization_id', 'created_at', 'system_id'],
    ['organization_id', 'name', 'system_id'],
  ],
  counted: [[], ['organization_id']],
  keys: systemsConcerned,
  on: {
    SystemCreated: (_, { data, recordedAt }) => ({
      system_id: data.systemId,
      organization_id: data.organizationId,
      name: data.name,
      description: data.description,
      created_by: data.createdBy,
      created_at: recordedAt,
      repo_count: 0,
    }),
    SystemUpdated: (row, { data: { name, description } }) =>
      row && { ...row, name: name ?? row.name, description: description ?? row.description },
    SystemDeleted: () => null,

    RepoAssignedToSystem: (row) => row && { ...row, repo_count: row.repo_count + 1 },
    RepoUnassignedFromSystem: (row) => row && { ...row, repo_count: row.repo_count - 1 },
    RepoDeregistered: (row) => row && { ...row, repo_count: row.repo_count - 1 },
  },
});

function systemsConcerned({ type, data }: Recorded<EventOf<typeof system | typeof repo>>): readonly string[] {
  if (type === 'RepoUnassignedFromSystem') return [data.previousSystemId];
  return 'systemId' in data && data.systemId !== undefined ? [data.systemId] : [];
}
