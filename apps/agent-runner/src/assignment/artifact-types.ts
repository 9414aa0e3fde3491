import { lookup } from 'mime-types';
import { extname } from 'node:path';

/** Content types that mime-types lacks, or gives to media files (`.ts`), and the registered one of YAML. */
const SOURCES: Readonly<Record<string, string>> = {
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.py': 'text/x-python',
  '.ts': 'text/x-typescript',
};
const BY_CONTENT: Readonly<Record<string, string>> = {
  'text/markdown': 'markdown',
  'text/plain': 'text',
  'application/json': 'json',
  'application/yaml': 'yaml',
};

export const contentTypeOf = (path: string): string =>
  SOURCES[extname(path).toLowerCase()] ?? (lookup(extname(path)) || 'application/octet-stream');

/** The artifact type of a file whose phase declares none. */
export const typeByContent = (path: string): string => BY_CONTENT[contentTypeOf(path)] ?? 'other';
