/** `ENOENT: no such file or directory, open '/path'`: the call and its paths. */
const SYSTEM_CALL = /^([A-Z][A-Z0-9]+: [^,]+), .*$/s;

/** An absolute path of at least two names; not one in a URL, and not one of the API. */
const HOST_PATH = /(?<![\w:/.])(?!\/(?:api|health)\/)(?:\/[^\s/'":,;()]+){2,}\/?/g;

/** The text of an error for readers outside of this machine: without the paths of its files. */
export const withoutHostPaths = (text: string): string => text.replace(SYSTEM_CALL, '$1').replace(HOST_PATH, '<path>');
