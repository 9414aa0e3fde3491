import { refuseNulBytes } from './nul-bytes';

/** Sets the variable by which `commandLine` writes a line break, so that each command is one line. */
export const LINE_BREAK = `n='\n'`;

/**
 * A command as one line of a shell, where `LINE_BREAK` was said before.
 * @throws DomainError for a NUL byte, which a shell would leave out
 */
export function commandLine(words: readonly string[]): string {
  refuseNulBytes(words);
  return words.map((word) => `'${word.replaceAll("'", `'\\''`).replaceAll('\n', `'"$n"'`)}'`).join(' ');
}
