import { RepoProvider } from '@syntropic/kernel';
import { repo } from '@syntropic/organization/contracts';
import { NO_SYSTEM, repoProjection } from '@syntropic/organization/read-model';
import { z } from 'zod';
import { flag } from '../http/query-values';
import { listFilter } from '../resources/resource';
import { resourceController } from '../resources/resource.controller';

const id = z.string().optional();
const query = { organization_id: id, system_id: id, provider: RepoProvider.optional(), unassigned: flag(false) };

export const ReposController = resourceController({
  path: '/repos',
  contract: repo,
  projection: repoProjection,
  sortable: ['created_at', 'full_name'],
  filter: listFilter(query, ({ organization_id, system_id, provider, unassigned }) => ({
    organization_id,
    provider,
    system_id: unassigned ? { in: system_id ? [] : [NO_SYSTEM] } : system_id,
  })),
  create: repo.commands.RegisterRepo,
  update: repo.commands.UpdateRepo,
  remove: repo.commands.DeregisterRepo,
  besides: {
    fields: { system_id: z.string().nullable() },
    of: (row) => ({ system_id: row?.system_id || null }),
  },
  statuses: { created: 'registered', removed: 'deregistered' },
});
