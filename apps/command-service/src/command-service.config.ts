import { env } from '@syntropic/config';
import { variables } from './command-service.variables';

export const config = env(variables);
