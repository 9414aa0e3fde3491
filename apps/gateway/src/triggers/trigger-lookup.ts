import { triggerProjection } from '@syntropic/github/read-model';

/** How trigger rules are looked up. */
export const TRIGGER = { projection: triggerProjection, noun: 'Trigger', missing: 'trigger.not_found' } as const;
