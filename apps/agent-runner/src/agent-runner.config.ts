import { env } from '@syntropic/config';
import { variables } from './agent-runner.variables';

export const config = env(variables);
