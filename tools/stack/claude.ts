import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string>>;

const LIBCS = ['', '-musl'];

/** The pinned program of Claude Code below the repository's root, where `--with-claude` has installed it. */
function installedClaude(root: string): string | undefined {
  const packages = join(root, 'tools/agents/claude/node_modules/@anthropic-ai');
  const files = LIBCS.map((libc) => join(packages, `claude-code-${process.platform}-${process.arch}${libc}`, 'claude'));
  return files.find(existsSync);
}

/** The environment of the stack's services, which names the installed program unless its caller names another. */
export function withClaude(environment: Environment, root: string): Environment {
  const installed = installedClaude(root);
  if (installed === undefined || environment['SYN_CLAUDE_BIN'] || isOnPath(environment)) return environment;
  return { ...environment, SYN_CLAUDE_BIN: installed };
}

/** What the example with Claude lacks, in words; undefined when it can run. */
export function claudeLacks(environment: Environment): string | undefined {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token } = environment;
  const hasCredential = [key, token].some(Boolean) && (key !== undefined || url !== undefined);
  const lacking = [
    ...(hasCredential ? [] : ['ANTHROPIC_API_KEY (or ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN)']),
    ...(environment['SYN_CLAUDE_BIN'] || isOnPath(environment) ? [] : ['its program: npm start -- --with-claude']),
  ];
  return lacking.length === 0 ? undefined : lacking.join(', and ');
}

function isOnPath({ PATH = '' }: Environment): boolean {
  return PATH.split(delimiter)
    .filter(Boolean)
    .some((directory) => isExecutable(join(directory, 'claude')));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
