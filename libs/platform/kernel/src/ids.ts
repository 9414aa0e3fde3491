import { z } from 'zod';
import { prefixedId } from './prefixed-id';

const AUTHORS_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;

/** A workflow template, named by its author: letters, digits, `.`, `_`, `-`; at most 100. */
export const WorkflowId = z
  .string()
  .regex(AUTHORS_NAME, 'letters, digits, ".", "_" and "-", at most 100')
  .brand<'WorkflowId'>();
export type WorkflowId = z.infer<typeof WorkflowId>;

/** A phase of a workflow, named by its author. It names a directory in workspaces, so it follows the same pattern. */
export const PhaseId = z
  .string()
  .regex(AUTHORS_NAME, 'letters, digits, ".", "_" and "-", at most 100')
  .brand<'PhaseId'>();
export type PhaseId = z.infer<typeof PhaseId>;

export const ExecutionId = prefixedId('exec', 12).brand<'ExecutionId'>();
export type ExecutionId = z.infer<typeof ExecutionId>;

export const SessionId = z.uuid().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

export const WorkspaceId = z.uuid().brand<'WorkspaceId'>();
export type WorkspaceId = z.infer<typeof WorkspaceId>;

export const ArtifactId = z.uuid().brand<'ArtifactId'>();
export type ArtifactId = z.infer<typeof ArtifactId>;

export const OrganizationId = prefixedId('org', 8).brand<'OrganizationId'>();
export type OrganizationId = z.infer<typeof OrganizationId>;

export const SystemId = prefixedId('sys', 8).brand<'SystemId'>();
export type SystemId = z.infer<typeof SystemId>;

export const RepoId = prefixedId('repo', 8).brand<'RepoId'>();
export type RepoId = z.infer<typeof RepoId>;

export const ApiKeyId = prefixedId('key', 12).brand<'ApiKeyId'>();
export type ApiKeyId = z.infer<typeof ApiKeyId>;

/** An installation of the GitHub App: the number that GitHub gives it, as text. */
export const InstallationId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'a number, at most 16 digits')
  .brand<'InstallationId'>();
export type InstallationId = z.infer<typeof InstallationId>;

export const TriggerId = prefixedId('tr', 8).brand<'TriggerId'>();
export type TriggerId = z.infer<typeof TriggerId>;

/** A delivery of a webhook: the GUID that its sender gives it, the same when it is sent again. */
export const DeliveryId = z
  .string()
  .regex(AUTHORS_NAME, 'letters, digits, ".", "_" and "-", at most 100')
  .brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;
