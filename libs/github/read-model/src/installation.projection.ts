import { installation } from '@syntropic/github/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  installation_id: z.string(),
  account_id: z.int(),
  account_name: z.string(),
  account_type: z.string(),
  status: z.enum(['active', 'suspended', 'revoked']),
  installed_at: z.iso.datetime(),
});

/** The installations of the GitHub App. A revoked one keeps its row, for its repositories ask for it. */
export const installationProjection = projection(installation)({
  name: 'installation',
  version: 1,
  row,
  key: 'installation_id',
  indexes: [['status', 'installation_id']],
  keys: ({ data }) => [data.installationId],
  on: {
    AppInstalled: (_, { data, recordedAt }) => ({
      installation_id: data.installationId,
      account_id: data.accountId,
      account_name: data.accountName,
      account_type: data.accountType,
      status: 'active',
      installed_at: recordedAt,
    }),
    InstallationSuspended: (row, { data }) => row && { ...row, status: data.suspended ? 'suspended' : 'active' },
    InstallationRevoked: (row) => row && { ...row, status: 'revoked' },
  },
});
