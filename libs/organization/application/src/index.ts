import { context } from '@syntropic/context';
import { Organization } from '@syntropic/organization/domain';

export const organization = context({ aggregates: [Organization] });
