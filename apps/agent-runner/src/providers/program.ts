import type { Argument } from '../workspaces';

/** The command line that runs a function's own source in the workspace. It may use nothing from outside its body but the platform. */
export function program<Settings extends object>(
  body: (settings: Settings) => Promise<void>,
  settings: Settings,
  ...files: readonly Argument[]
): Argument[] {
  const script = `(${body.toString()})(${JSON.stringify(settings)})`;
  return [{ hostFile: process.execPath }, '--eval', script, '--', ...files];
}
