import { env } from '@syntropic/config';
import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

export const config = env(z.object({ ...serviceVariables, DATABASE_URL: z.url() }));
