import { join } from 'node:path';

/** The hook that compiles TypeScript in processes and threads that specs start: an argument of `--require`. */
export const TYPESCRIPT_HOOK = join(__dirname, 'jest/typescript.cjs');
