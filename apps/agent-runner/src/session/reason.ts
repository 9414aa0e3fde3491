import { DomainError, errorText, withoutHostPaths } from '@syntropic/kernel';
import { isNativeError } from 'node:util/types';

/** The reason that a reader outside gets: of a refusal its message, of a fault the text without the paths of this machine. */
export const reasonOf = (error: unknown): string =>
  error instanceof DomainError
    ? error.message
    : errorText(withoutHostPaths(isNativeError(error) ? error.message : String(error)));
