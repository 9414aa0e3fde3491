import { execFile } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PROBE_TIMEOUT_MS = 20_000;

/** A program of an agent's vendor, as this machine may have it. */
export type AgentProgramSpec = Readonly<{
  /** Its name on the PATH. */
  name: string;
  /** The runner's variable that names its file. */
  variable: string;
  /** Value of the variable. */
  configured: string | undefined;
  /** Files of packages that may be installed beside the runner. */
  packaged: readonly string[];
  /** The oldest version with everything that its provider relies on. */
  oldest: string;
}>;

/** A program that runs here, or the reason why there is none; without paths, because clients read it. */
export type FoundProgram = Readonly<{ path: string; version: string } | { missing: string }>;

/** Looks for the program: as configured, else on the PATH, else in a package beside the runner; asks it for its version. */
export async function findAgentProgram(spec: AgentProgramSpec, path: string): Promise<FoundProgram> {
  const { name, variable, configured, oldest } = spec;
  const found = await locate(spec, path);
  if (found === undefined) {
    const why =
      configured === undefined ? `is neither in ${variable} nor on the PATH` : `is not where ${variable} says`;
    return { missing: `${name} ${why}` };
  }
  const version = await versionOf(found);
  if (version === undefined) return { missing: `${name} does not say its version` };
  if (isOlder(version, oldest)) return { missing: `${name} is ${version}, older than ${oldest}` };
  return { path: found, version };
}

async function locate({ name, configured, packaged }: AgentProgramSpec, path: string): Promise<string | undefined> {
  if (configured !== undefined) return executable(configured);
  const onPath = path.split(delimiter).filter(Boolean);
  for (const file of [...onPath.map((directory) => join(directory, name)), ...packaged.flatMap(resolved)]) {
    const found = await executable(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Links are followed: a workspace shows the file itself. */
async function executable(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return await realpath(file);
  } catch {
    return undefined;
  }
}

function resolved(file: string): string[] {
  try {
    return [require.resolve(file)];
  } catch {
    return [];
  }
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: PROBE_TIMEOUT_MS, env: {} });
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

function isOlder(version: string, oldest: string): boolean {
  const [one, other] = [version, oldest].map((text) => text.split('.').map(Number));
  const at = (one ?? []).findIndex((part, index) => part !== other?.[index]);
  return at >= 0 && (one?.[at] ?? 0) < (other?.[at] ?? 0);
}
