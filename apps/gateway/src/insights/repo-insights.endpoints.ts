import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { RepoParams } from '../repos/repo-assignments.endpoints';
import {
  ActivityList,
  FailureList,
  MONTH_HOURS,
  pages,
  RepoCost,
  RepoHealth,
  RepoSessionList,
  WEEK_HOURS,
  windowOf,
} from './insights.dto';

export const readRepoHealth = endpoint({
  method: 'GET',
  path: '/repos/{repo_id}/health',
  access: 'viewer',
  summary: 'How the executions that name the repo have ended lately',
  params: RepoParams,
  query: z.object(windowOf(WEEK_HOURS)),
  reply: RepoHealth,
});

export const readRepoCost = endpoint({
  method: 'GET',
  path: '/repos/{repo_id}/cost',
  access: 'viewer',
  summary: 'Tokens and cost of the executions that name the repo',
  params: RepoParams,
  query: z.object(windowOf(MONTH_HOURS)),
  reply: RepoCost,
});

export const readRepoActivity = endpoint({
  method: 'GET',
  path: '/repos/{repo_id}/activity',
  access: 'viewer',
  summary: 'The executions that name the repo, newest first',
  params: RepoParams,
  query: z.object(pages),
  reply: ActivityList,
});

export const readRepoFailures = endpoint({
  method: 'GET',
  path: '/repos/{repo_id}/failures',
  access: 'viewer',
  summary: 'The failed executions that name the repo, newest first',
  params: RepoParams,
  query: z.object(pages),
  reply: FailureList,
});

export const readRepoSessions = endpoint({
  method: 'GET',
  path: '/repos/{repo_id}/sessions',
  access: 'viewer',
  summary: 'The sessions of executions that name the repo, newest first',
  params: RepoParams,
  query: z.object(pages),
  reply: RepoSessionList,
});
