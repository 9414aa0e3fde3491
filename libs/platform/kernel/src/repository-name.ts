import { z } from 'zod';

/** The services that keep repositories. */
export const RepoProvider = z.enum(['github', 'gitea', 'gitlab']);
export type RepoProvider = z.infer<typeof RepoProvider>;

/** Owner and name, with groups in between where the provider has them: `acme/api`. */
export const RepoFullName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)+$/, 'owner/name: letters, digits, ".", "_" and "-"');

/** Identifies a repository at its provider. Providers do not tell names apart by case. */
export const repositoryKey = (provider: RepoProvider, fullName: string): string =>
  `${provider}:${fullName.toLowerCase()}`;
