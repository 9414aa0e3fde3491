import { organizationProjection } from './organization.projection';

export { organizationProjection } from './organization.projection';

export const organization = [organizationProjection];
