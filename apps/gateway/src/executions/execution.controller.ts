import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { KeptReplies } from '../reads/kept-replies';
import { RowLookup } from '../reads/row-lookup';
import { ExecutionDetails } from './execution-details';
import { EXECUTION } from './execution-lookup';
import { executionState } from './execution-views';
import { readExecution, readState } from './executions.endpoints';
import { PastExecutions } from './past-executions';

const DETAIL = { projection: EXECUTION.projection, name: 'detail' } as const;

/** One execution, now or at a moment of its past. */
@Controller(API_PREFIXES)
export class ExecutionController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly kept: KeptReplies,
    private readonly details: ExecutionDetails,
    private readonly past: PastExecutions,
  ) {}

  @Serve(readExecution)
  async read(request: ApiRequest<typeof readExecution>) {
    const { execution_id: asked } = request.params;
    const { at } = request.query;
    if (at !== undefined) {
      const { execution_id } = await this.lookup.find(EXECUTION, asked, request);
      return this.past.detail(execution_id, at);
    }
    return this.kept.ofRow(request, DETAIL, asked, async () => {
      const { row, position } = await this.lookup.findVersioned(EXECUTION, asked, request);
      const { detail, timeless, ...made } = await this.details.withOperations(row);
      return { view: detail, timeless, ...made, id: row.execution_id, row: position };
    });
  }

  @Serve(readState)
  async state(request: ApiRequest<typeof readState>) {
    const row = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const { at } = request.query;
    return at === undefined ? this.kept.tagged(request, executionState(row)) : this.past.state(row.execution_id, at);
  }
}
