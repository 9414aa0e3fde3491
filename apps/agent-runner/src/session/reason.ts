import { DomainError } from '@syntropic/kernel';
import { isNativeError } from 'node:util/types';

/** `ENOENT: no such file or directory, open '/path'`: the call and its paths. */
const SYSTEM_CALL = /^([A-Z][A-Z0-9]+: [^,]+), .*$/s;

/** An absolute path of at least two names; not one in a URL. */
const HOST_PATH = /(?<![\w:/.])(?:\/[^\s/'":,;()]+){2,}\/?/g;

/** The reason that a reader outside gets: of a refusal its message, of a fault the text without the paths of this machine. */
export const reasonOf = (error: unknown): string => (error instanceof DomainError ? error.message : faultText(error));

function faultText(fault: unknown): string {
  const message = isNativeError(fault) ? fault.message : String(fault);
  return message.replace(SYSTEM_CALL, '$1').replace(HOST_PATH, '<path>');
}
