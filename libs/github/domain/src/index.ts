export { acceptDelivery, Delivery, type Candidate } from './delivery';
export { Installation } from './installation';
export { dispatchTrigger, fireTrigger } from './trigger-firing';
export { targetKeyOf, targetOf } from './trigger-firings';
export { registerTrigger, resumeTrigger } from './trigger-registration';
export { TriggerRule } from './trigger-rule';
