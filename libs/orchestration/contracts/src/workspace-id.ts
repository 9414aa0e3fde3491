import { derivedUuid, WorkspaceId, type SessionId } from '@syntropic/kernel';

/** Each leg of a session has a workspace of its own: whoever speaks of it, runner or process, finds the same name. */
export const workspaceIdOf = (sessionId: SessionId, leg: number): WorkspaceId =>
  WorkspaceId.parse(derivedUuid(sessionId, 'workspace', leg));
