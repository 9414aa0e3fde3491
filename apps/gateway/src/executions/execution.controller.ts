import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { ExecutionDetails } from './execution-details';
import { EXECUTION } from './execution-lookup';
import { executionState } from './execution-views';
import { readExecution, readState } from './executions.endpoints';
import { PastExecutions } from './past-executions';

/** One execution, now or at a moment of its past. */
@Controller(API_PREFIXES)
export class ExecutionController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly details: ExecutionDetails,
    private readonly past: PastExecutions,
  ) {}

  @Serve(readExecution)
  async read(request: ApiRequest<typeof readExecution>) {
    const row = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const { at } = request.query;
    return at === undefined ? this.details.withOperations(row) : this.past.detail(row.execution_id, at);
  }

  @Serve(readState)
  async state(request: ApiRequest<typeof readState>) {
    const row = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const { at } = request.query;
    return at === undefined ? executionState(row) : this.past.state(row.execution_id, at);
  }
}
