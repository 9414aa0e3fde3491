export { checkOperand, Condition, ConditionValue, GithubEvent, InputMapping, UNARY_OPERATORS } from './condition';
export { delivery, type DeliveryEvent } from './delivery.contract';
export { installation, MAX_CHANGED_REPOSITORIES, type InstallationEvent } from './installation.contract';
export { isMatch, matchOf, type Match } from './matching';
export { factsOf, inputsFrom, valueAt } from './payload';
export { PresetName, presets, type Preset } from './presets';
export {
  changedConfig,
  MAX_TRIGGERS,
  TriggerGuard,
  TriggerConfig,
  triggerRule,
  type RecordedConfig,
  type TriggerCommands,
  type TriggerEvent,
  type TriggerEvents,
} from './trigger-rule.contract';
