import { Controller } from '@nestjs/common';
import { KeyDirectory, signStreamToken } from '@syntropic/access';
import { ACTIVITY } from '../access/stream-request';
import { EXECUTION } from '../executions/execution-lookup';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { issueActivityToken, issueStreamToken } from './live.endpoints';

/** Tokens for the address of a stream, with the rights of the caller that asks for them. */
@Controller(API_PREFIXES)
export class StreamTokensController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly keys: KeyDirectory,
  ) {}

  @Serve(issueStreamToken)
  async forExecution(request: ApiRequest<typeof issueStreamToken>) {
    const { execution_id } = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    return this.#issued(request, execution_id);
  }

  @Serve(issueActivityToken)
  forActivity(request: ApiRequest<typeof issueActivityToken>) {
    return this.#issued(request, ACTIVITY);
  }

  #issued({ caller, reply }: Pick<ApiRequest, 'caller' | 'reply'>, subject: string) {
    const { actor, role, loginUntil } = caller();
    const login = loginUntil !== undefined && { login: { role, until: loginUntil } };
    const { streamSecret = '', now } = this.keys;
    const { token, expiresAt } = signStreamToken({ subject, actor, ...login }, streamSecret, now);
    void reply.header('cache-control', 'no-store');
    return { token, expires_at: new Date(expiresAt).toISOString() };
  }
}
