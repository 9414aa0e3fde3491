import { env } from '@syntropic/config';
import { variables } from './projection-worker.variables';

export const config = env(variables);
