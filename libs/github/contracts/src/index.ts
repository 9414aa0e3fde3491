export { checkOperand, Condition, ConditionValue, GithubEvent, InputMapping, UNARY_OPERATORS } from './condition';
export { delivery, MAX_INPUT_BYTES, type DeliveryEvent } from './delivery.contract';
export { installation, MAX_CHANGED_REPOSITORIES, type InstallationEvent } from './installation.contract';
export { PresetName, presets, type Preset } from './presets';
export {
  changedLimits,
  MAX_TRIGGERS,
  TriggerGuard,
  TriggerLimits,
  triggerRule,
  type TriggerCommands,
  type TriggerEvent,
  type TriggerEvents,
} from './trigger-rule.contract';
