import { DomainError } from '@syntropic/kernel';

/**
 * Refuses words that no program can be given, and that end a word early elsewhere.
 * @throws DomainError `workspace.command_invalid` for a NUL byte
 */
export function refuseNulBytes(words: readonly string[]): void {
  if (words.some((word) => word.includes('\0'))) {
    throw new DomainError('workspace.command_invalid', 'a command line contains a NUL byte', 'invalid', 'agent');
  }
}
