import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { costView, repoHealth, repoIdentity } from './insight-views';
import { readRepoCost, readRepoHealth } from './repo-insights.endpoints';
import { Scopes } from './scopes';
import { Tallies } from './tallies';

@Controller(API_PREFIXES)
export class RepoInsightsController {
  constructor(
    private readonly scopes: Scopes,
    private readonly tallies: Tallies,
  ) {}

  @Serve(readRepoHealth)
  async health(request: ApiRequest<typeof readRepoHealth>) {
    const { window_hours } = request.query;
    const repo = await this.scopes.repo(request.params.repo_id, request);
    return { ...repoHealth(repo, await this.tallies.of([repo.repository], window_hours)), window_hours };
  }

  @Serve(readRepoCost)
  async cost(request: ApiRequest<typeof readRepoCost>) {
    const { window_hours } = request.query;
    const repo = await this.scopes.repo(request.params.repo_id, request);
    return { ...repoIdentity(repo), ...costView(await this.tallies.of([repo.repository], window_hours)), window_hours };
  }
}
