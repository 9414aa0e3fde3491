import { aggregate, refusing } from '@syntropic/kernel';
import { workspace as contract, type WorkspaceCommands, type WorkspaceEvent } from '@syntropic/orchestration/contracts';

/** Where one agent works, from the runner's word that it is there to the word that nothing of it runs any more. */
export type Workspace = { readonly status: 'unknown' | 'ready' | 'terminated' };

type Decision = readonly WorkspaceEvent[];

const refuse = refusing(contract);

export function createWorkspace(workspace: Workspace, data: WorkspaceCommands['CreateWorkspace']): Decision {
  if (workspace.status !== 'unknown') throw refuse('already_exists', `it is ${workspace.status}`);

  return [{ type: 'WorkspaceCreated', data }];
}

export function terminateWorkspace(workspace: Workspace, data: WorkspaceCommands['TerminateWorkspace']): Decision {
  if (workspace.status === 'unknown') throw refuse('not_found', 'there is no such workspace');
  // Whoever cleans up, the runner or the process that noticed its end, may come second.
  if (workspace.status === 'terminated') return [];

  return [{ type: 'WorkspaceTerminated', data }];
}

function evolve(_: Workspace, event: WorkspaceEvent): Workspace {
  switch (event.type) {
    case 'WorkspaceCreated':
      return { status: 'ready' };
    case 'WorkspaceTerminated':
      return { status: 'terminated' };
  }
}

export const Workspace = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { CreateWorkspace: createWorkspace, TerminateWorkspace: terminateWorkspace },
});
