import { endpoint } from '../http/endpoint';
import { Delivered, DeliveryHeaders, GithubRepos, GithubReposQuery } from './github.dto';

export const listGithubRepos = endpoint({
  method: 'GET',
  path: '/github/repos',
  access: 'viewer',
  summary: 'The repositories that installations of the GitHub App may read',
  query: GithubReposQuery,
  reply: GithubRepos,
  also: { 404: 'There is no such active installation' },
});

export const receiveDelivery = endpoint({
  method: 'POST',
  path: '/webhooks/github',
  access: 'public',
  summary: 'Takes a delivery of the GitHub App, signed with the secret of its webhook',
  signed: DeliveryHeaders,
  reply: Delivered,
  also: { 401: 'The signature is missing or wrong, or no secret is configured' },
});
