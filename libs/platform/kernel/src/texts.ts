import { z } from 'zod';
import { ERROR_BYTES } from './storable-text';

/** The most characters of texts in commands. Events of older builds may hold longer ones, so their schemas have no bounds. */
const MOST = { name: 255, location: 2_048 } as const;

/** The name of a runner, a model, a type, and the like. */
export const ShortName = z.string().min(1).max(MOST.name);

/** A URL, or the place of bytes in object storage. */
export const Location = z.string().max(MOST.location);

/** Why something failed; see `errorText`. */
export const ErrorText = z.string().max(ERROR_BYTES);

/** The most repositories of a workflow, an execution or a session. */
export const MAX_REPOS = 100;
