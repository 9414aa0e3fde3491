import { ExecutionId, PhaseId, SessionId, WorkspaceId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { createWorkspace, terminateWorkspace, Workspace } from './workspace';

const { given } = specificationOf(Workspace);

const ids = {
  workspaceId: WorkspaceId.parse('0c0cf1a4-8f0f-4f0e-8f6e-0a3f7d1c2b11'),
  executionId: ExecutionId.parse('exec-0123456789ab'),
};
const made = {
  ...ids,
  phaseId: PhaseId.parse('plan'),
  sessionId: SessionId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11'),
  backend: 'sandbox',
  runner: 'runner-1',
  durationMs: 60,
};
const created = { type: 'WorkspaceCreated', data: made } as const;
const end = { ...ids, why: 'completed' } as const;
const terminated = { type: 'WorkspaceTerminated', data: end } as const;

describe('a workspace', () => {
  it('is created once, by the runner that made it', () => {
    given().when(createWorkspace, made).then(created);
    given(created).when(createWorkspace, made).thenRefused('workspace.already_exists');
    given(created, terminated).when(createWorkspace, made).thenRefused('workspace.already_exists');
  });

  it('is terminated once: its runner and the process that closes it may both send the command', () => {
    given(created).when(terminateWorkspace, end).then(terminated);
    given(created, terminated)
      .when(terminateWorkspace, { ...ids, why: 'interrupted' })
      .thenNothing();
  });

  it('that does not exist is not terminated', () => {
    given().when(terminateWorkspace, end).thenRefused('workspace.not_found');
  });
});
