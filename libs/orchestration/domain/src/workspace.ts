import { DomainError, type Aggregate } from '@syntropic/kernel';
import type { CreateWorkspace, TerminateWorkspace, WorkspaceEvent } from '@syntropic/orchestration/contracts';

/** Where one agent works, from the runner's word that it is there to the word that nothing of it runs any more. */
export type Workspace = { readonly status: 'unknown' | 'ready' | 'terminated' };

type Decision = readonly WorkspaceEvent[];

export function createWorkspace(workspace: Workspace, { data }: CreateWorkspace): Decision {
  if (workspace.status !== 'unknown') throw new DomainError('workspace.already_exists', `it is ${workspace.status}`);

  return [{ type: 'WorkspaceCreated', data }];
}

export function terminateWorkspace(
  workspace: Workspace,
  { workspaceId, executionId, why }: TerminateWorkspace,
): Decision {
  if (workspace.status === 'unknown') {
    throw new DomainError('workspace.not_found', 'there is no such workspace', 'not_found');
  }
  // Whoever cleans up, the runner or the process that noticed its end, may come second.
  if (workspace.status === 'terminated') return [];

  return [{ type: 'WorkspaceTerminated', data: { workspaceId, executionId, why } }];
}

function evolve(_: Workspace, event: WorkspaceEvent): Workspace {
  switch (event.type) {
    case 'WorkspaceCreated':
      return { status: 'ready' };
    case 'WorkspaceTerminated':
      return { status: 'terminated' };
  }
}

export const Workspace: Aggregate<Workspace, WorkspaceEvent> = {
  name: 'workspace',
  context: 'orchestration',
  initial: { status: 'unknown' },
  evolve,
};
