import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';
import { flag } from '../http/query-values';

export const GithubReposQuery = z.object({
  installation_id: z.string().optional(),
  include_private: flag(true),
  ...pagesByOffset(1_000, 1_000),
});

const GithubRepo = z
  .object({
    github_id: z.int(),
    name: z.string(),
    full_name: z.string(),
    private: z.boolean(),
    default_branch: z.string().meta({ description: 'That of the registered repo; empty where none is registered.' }),
    owner: z.string(),
    installation_id: z.string(),
  })
  .meta({ id: 'GitHubRepoResponse' });

export const GithubRepos = z
  .object({ repos: z.array(GithubRepo), total: z.int(), installation_id: z.string().nullable() })
  .meta({ id: 'GitHubRepoListResponse' });

/** The headers of a delivery. */
export const DeliveryHeaders = z.object({
  'X-GitHub-Event': z.string().regex(/^[a-z][a-z_]{0,49}$/, 'the name of an event'),
  'X-GitHub-Delivery': z.string().regex(/^[a-zA-Z0-9][\w.-]{0,99}$/, 'a GUID'),
  'X-Hub-Signature-256': z.string().nullish(),
});

const Rule = z.object({ trigger_id: z.string() });

export const Delivered = z
  .object({
    status: z.enum(['processed', 'pong']),
    event: z.string(),
    triggers: z
      .array(Rule)
      .meta({ description: 'The rules that the delivery matches; their guards decide afterwards.' }),
    zen: z.string().optional(),
  })
  .meta({ id: 'WebhookResponse' });
