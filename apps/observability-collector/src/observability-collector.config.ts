import { env } from '@syntropic/config';
import { variables } from './observability-collector.variables';

export const config = env(variables);
