import { derivedUuid, WorkspaceId, type SessionId } from '@syntropic/kernel';

/** Derives the id of a leg's workspace, so that runners and processes use the same one. */
export const workspaceIdOf = (sessionId: SessionId, leg: number): WorkspaceId =>
  WorkspaceId.parse(derivedUuid(sessionId, 'workspace', leg));
