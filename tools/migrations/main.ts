import { env } from '@syntropic/config';
import { z } from 'zod';
import { migrate } from './migrate';

const { DATABASE_URL } = env(z.object({ DATABASE_URL: z.url() }));

void migrate(DATABASE_URL);
