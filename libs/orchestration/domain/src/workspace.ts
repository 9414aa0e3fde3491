import { aggregate, refusing } from '@syntropic/kernel';
import { workspace as contract, type WorkspaceCommands, type WorkspaceEvent } from '@syntropic/orchestration/contracts';

/** The workspace of one agent, from its creation until all its processes have ended. */
export type Workspace = { readonly status: 'unknown' | 'ready' | 'terminated' };

type Decision = readonly WorkspaceEvent[];

const refuse = refusing(contract);

export function createWorkspace(workspace: Workspace, data: WorkspaceCommands['CreateWorkspace']): Decision {
  if (workspace.status !== 'unknown') throw refuse('already_exists', `it is ${workspace.status}`);

  return [{ type: 'WorkspaceCreated', data }];
}

export function terminateWorkspace(workspace: Workspace, data: WorkspaceCommands['TerminateWorkspace']): Decision {
  if (workspace.status === 'unknown') throw refuse('not_found', 'there is no such workspace');
  // The runner and the process `close-workspaces` may both report the end.
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
  decisions: { createWorkspace, terminateWorkspace },
});
