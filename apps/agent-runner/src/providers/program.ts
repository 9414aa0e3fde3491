import type { Argument } from '../workspaces';

/** A command line that runs the source of `body` in the workspace. The function may only refer to its own variables and Node's globals. */
export function program<Settings extends object>(
  body: (settings: Settings) => Promise<void>,
  settings: Settings,
  ...files: readonly Argument[]
): Argument[] {
  const script = `(${body.toString()})(${JSON.stringify(settings)})`;
  return [{ hostFile: process.execPath }, '--eval', script, '--', ...files];
}
