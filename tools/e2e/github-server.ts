import { removeDirectory, scratchDirectory, useGitServer, type GitServer } from '@syntropic/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET } from './contract-inputs';

export const TOKEN = 'ghs_token-of-all-repositories';

/** A server of the repositories of one owner, and the environment in which the platform clones from it and takes its webhooks. */
export function useGithub(owner: string): Readonly<{
  server: () => GitServer;
  environment: () => Readonly<Record<string, string>>;
}> {
  const server = useGitServer(TOKEN);
  const tokens = scratchDirectory();
  afterAll(() => {
    removeDirectory(tokens);
  });
  return {
    server,
    environment: () => {
      writeFileSync(join(tokens, owner), TOKEN);
      return { GITHUB_URL: server().url, GITHUB_WEBHOOK_SECRET: SECRET, REPOSITORY_TOKENS_DIR: tokens };
    },
  };
}
