import { Controller } from '@nestjs/common';
import { addBoundedUsd, addCounts } from '@syntropic/kernel';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { Contributions, NOTHING, type Contribution } from './contributions';
import { daysOf, readHeatmap } from './heatmap.endpoints';
import { Scopes } from './scopes';

@Controller(API_PREFIXES)
export class HeatmapController {
  constructor(
    private readonly scopes: Scopes,
    private readonly contributions: Contributions,
  ) {}

  @Serve(readHeatmap)
  async heatmap(request: ApiRequest<typeof readHeatmap>) {
    const { metric, organization_id = null, system_id = null, repo_id = null } = request.query;
    const dates = daysOf(request.query);
    const [first = '', last = ''] = [dates[0], dates.at(-1)];

    const scope = await this.scopes.filtered(request.query, request);
    const done = await this.contributions.byDay({ first, last, scope });
    const days = dates.map((date) => {
      const breakdown = breakdownOf(done.get(date) ?? NOTHING);
      return { date, count: breakdown[metric], breakdown };
    });
    const cost = [...done.values()].map(({ cost_usd }) => cost_usd).reduce(addBoundedUsd, '0');
    return {
      metric,
      start_date: first,
      end_date: last,
      total: metric === 'cost_usd' ? Number(cost) : days.map(({ count }) => count).reduce(addCounts, 0),
      days,
      filter: { organization_id, system_id, repo_id },
    };
  }
}

const breakdownOf = ({ cost_usd, ...counts }: Contribution) => ({
  ...counts,
  cost_usd: Number(cost_usd),
  tokens: [counts.input_tokens, counts.output_tokens, counts.cache_creation_tokens, counts.cache_read_tokens].reduce(
    addCounts,
  ),
});
