import { DomainError } from '@syntropic/kernel';

/** Sets the variable by which `commandLine` writes a line break, so that each command is one line. */
export const LINE_BREAK = `n='\n'`;

/**
 * A command as one line of a shell, where `LINE_BREAK` was said before.
 * @throws DomainError for a NUL byte, which a shell would leave out
 */
export function commandLine(words: readonly string[]): string {
  if (words.some((word) => word.includes('\0'))) {
    throw new DomainError('workspace.command_invalid', 'a command line contains a NUL byte', 'invalid', 'agent');
  }
  return words.map((word) => `'${word.replaceAll("'", `'\\''`).replaceAll('\n', `'"$n"'`)}'`).join(' ');
}
