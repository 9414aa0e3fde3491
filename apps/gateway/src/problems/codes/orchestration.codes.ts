import type { ProblemKinds } from '../problem-kind';

/** Workflows and executions. Clients expect 400 where a control request does not fit the state. */
export const orchestrationCodes = {
  'workflow.not_found': { status: 404, title: 'There is no such workflow' },
  'workflow.phase_not_found': { status: 404, title: 'The workflow has no such phase' },
  'workflow.already_exists': { status: 400, title: 'A workflow with this id exists' },
  'workflow.already_archived': { status: 409, title: 'The workflow is archived already' },
  'workflow.archived': { status: 409, title: 'The workflow is archived' },
  'execution.not_found': { status: 404, title: 'There is no such execution' },
  'execution.not_running': { status: 400, title: 'The execution is not running' },
  'execution.not_paused': { status: 400, title: 'The execution is not paused' },
  'execution.not_interrupted': { status: 400, title: 'The execution is not interrupted' },
  'execution.has_ended': { status: 400, title: 'The execution has ended' },
  'execution.phase_not_found': { status: 404, title: 'The execution has no such phase' },
  'execution.phase_not_awaiting_approval': { status: 409, title: 'The phase does not wait for approval' },
  'execution.no_capable_runner': { status: 409, title: 'No runner can do what this execution needs' },
  'execution.reserved_input': { status: 422, title: 'The input has a reserved name' },
  'execution.missing_input': { status: 422, title: 'Required inputs are missing' },
  'execution.unresolved_placeholder': { status: 422, title: 'A placeholder has no value' },
  'execution.repository_invalid': { status: 422, title: 'No runner clones from there' },
  'execution.provider_not_configured': { status: 422, title: 'The workflow does not say what this provider runs' },
} as const satisfies ProblemKinds;
