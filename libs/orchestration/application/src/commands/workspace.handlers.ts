import { handles } from '@syntropic/event-store';
import { CreateWorkspace, TerminateWorkspace } from '@syntropic/orchestration/contracts';
import { createWorkspace, terminateWorkspace, Workspace } from '@syntropic/orchestration/domain';

const workspace = ({ workspaceId }: Readonly<{ workspaceId: string }>) => workspaceId;

/** Command, aggregate, which one, decision. */
export const workspaceHandlers = [
  handles(CreateWorkspace, Workspace, workspace, createWorkspace),
  handles(TerminateWorkspace, Workspace, workspace, terminateWorkspace),
];
