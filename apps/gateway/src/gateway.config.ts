import { env } from '@syntropic/config';
import type { z } from 'zod';
import { variables } from './gateway.variables';

export type GatewayConfig = Readonly<z.infer<typeof variables>>;

export const gatewayConfig = (source?: Parameters<typeof env>[1]): GatewayConfig => env(variables, source);
