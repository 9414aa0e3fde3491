import { Controller } from '@nestjs/common';
import { shortText } from '@syntropic/kernel';
import { tokensView } from '@syntropic/live';
import { TelemetryReader } from '@syntropic/telemetry';
import { UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { activityEntry } from './insight-views';
import { RepoExecutions, type FailureRow } from './repo-executions';
import { readRepoActivity, readRepoFailures, readRepoSessions } from './repo-insights.endpoints';
import { Scopes } from './scopes';
import { knownCost } from '../display/usage-fields';

/** The answers of an agent that are shown beside its failure, and the bytes of each. */
const TAIL = 3;
const TAIL_BYTES = 1_000;

@Controller(API_PREFIXES)
export class RepoRecordsController {
  constructor(
    private readonly scopes: Scopes,
    private readonly executions: RepoExecutions,
    private readonly usage: UsageNow,
    private readonly telemetry: TelemetryReader,
  ) {}

  @Serve(readRepoActivity)
  async activity(request: ApiRequest<typeof readRepoActivity>) {
    const { repository } = await this.scopes.repo(request.params.repo_id, request);
    const { place, tellNext } = pageIn(readRepoActivity, request);
    const { rows, total, next } = await this.executions.newest([repository], place);
    tellNext(next);
    return { entries: rows.map(activityEntry), total };
  }

  @Serve(readRepoFailures)
  async failures(request: ApiRequest<typeof readRepoFailures>) {
    const { repository } = await this.scopes.repo(request.params.repo_id, request);
    const { place, tellNext } = pageIn(readRepoFailures, request);
    const { rows, total, next } = await this.executions.failures(repository, place);
    tellNext(next);
    return { failures: await Promise.all(rows.map((row) => this.#failure(row))), total };
  }

  @Serve(readRepoSessions)
  async sessions(request: ApiRequest<typeof readRepoSessions>) {
    const { repository } = await this.scopes.repo(request.params.repo_id, request);
    const { place, tellNext } = pageIn(readRepoSessions, request);
    const { rows, total, next } = await this.executions.sessions(repository, place);
    tellNext(next);
    const usages = await this.usage.ofOpenSessions(rows);
    const sessions = rows.map(({ session_id, provider, usage: recorded, ...row }) => {
      const usage = usages.get(session_id) ?? recorded;
      return {
        ...row,
        id: session_id,
        agent_type: provider,
        total_tokens: tokensView(usage).total_tokens,
        total_cost_usd: knownCost(usage),
        cost_complete: usage.costComplete && usage.costUsd !== null,
      };
    });
    return { sessions, total };
  }

  async #failure({ session_id, phase_name, ...row }: FailureRow) {
    const tail = { types: ['message_response'], limit: TAIL, order: 'newest_first' } as const;
    const answers = session_id === null ? [] : await this.telemetry.bySession(session_id, tail);
    const conversation_tail = answers
      .flatMap(({ data: { text } }) => (typeof text === 'string' ? [shortText(text, TAIL_BYTES)] : []))
      .reverse();
    return { ...row, phase_name: phase_name ?? '', conversation_tail };
  }
}
