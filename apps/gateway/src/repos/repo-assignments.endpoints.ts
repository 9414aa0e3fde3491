import { repo } from '@syntropic/organization/contracts';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';

/** The id, or its first characters. */
export const RepoParams = z.object({ repo_id: z.string().min(1) });

const { systemId } = repo.commands.AssignRepoToSystem.schema.shape;

const AssignRequest = z.strictObject({ system_id: systemId }).meta({ id: 'AssignRepoToSystemRequest' });

const Assignment = z
  .object({ repo_id: z.string(), status: z.enum(['assigned', 'unassigned']), system_id: z.string().nullable() })
  .meta({ id: 'RepoAssignmentResponse' });

export const assignRepo = endpoint({
  method: 'POST',
  path: '/repos/{repo_id}/assign',
  access: 'operator',
  summary: 'Assigns the repo to a system of its organization',
  params: RepoParams,
  body: AssignRequest,
  reply: Assignment,
});

export const unassignRepo = endpoint({
  method: 'POST',
  path: '/repos/{repo_id}/unassign',
  access: 'operator',
  summary: 'Takes the repo out of its system',
  params: RepoParams,
  reply: Assignment,
});
