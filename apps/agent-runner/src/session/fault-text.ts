import { isNativeError } from 'node:util/types';

/** `ENOENT: no such file or directory, open '/path'`: the call and its paths. */
const SYSTEM_CALL = /^([A-Z][A-Z0-9]+: [^,]+), .*$/s;

/** An absolute path of at least two names; not one in a URL. */
const HOST_PATH = /(?<![\w:/.])(?:\/[^\s/'":,;()]+){2,}\/?/g;

/** The text of a fault of this runner, without the paths of its machine. */
export function faultText(fault: unknown): string {
  const message = isNativeError(fault) ? fault.message : String(fault);
  return message.replace(SYSTEM_CALL, '$1').replace(HOST_PATH, '<path>');
}
