import { extname } from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.json': 'application/json',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.html': 'text/html',
  '.csv': 'text/csv',
  '.py': 'text/x-python',
  '.ts': 'text/x-typescript',
  '.js': 'text/javascript',
};
const BY_CONTENT: Readonly<Record<string, string>> = {
  'text/markdown': 'markdown',
  'text/plain': 'text',
  'application/json': 'json',
  'application/yaml': 'yaml',
};

export const contentTypeOf = (path: string): string =>
  CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';

/** The artifact type of a file whose phase declares none. */
export const typeByContent = (path: string): string => BY_CONTENT[contentTypeOf(path)] ?? 'other';
