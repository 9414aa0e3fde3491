export { installationProjection } from './installation.projection';
export { installationRepoProjection } from './installation-repo.projection';
export { triggerFiringProjection, type TriggerFiringRow } from './trigger-firing.projection';
export { triggerProjection, type TriggerRow } from './trigger.projection';
