import { endpoint } from '../http/endpoint';
import {
  ChangeTriggerRequest,
  HistoryQuery,
  PresetParams,
  PresetRequest,
  RegisterTriggerRequest,
  TestTriggerRequest,
  TriggerAction,
  TriggerDetail,
  TriggerHistory,
  TriggerHistoryList,
  TriggerList,
  TriggerListQuery,
  TriggerParams,
  TriggerTest,
} from './triggers.dto';

export const listTriggers = endpoint({
  method: 'GET',
  path: '/triggers',
  access: 'viewer',
  summary: 'The trigger rules, newest first',
  query: TriggerListQuery,
  reply: TriggerList,
});

export const registerTrigger = endpoint({
  method: 'POST',
  path: '/triggers',
  access: 'operator',
  summary: 'Registers a rule that starts a workflow for events of a repository',
  body: RegisterTriggerRequest,
  reply: TriggerAction,
  also: { 404: 'There is no such workflow', 409: 'The workflow is archived, or the repository has too many rules' },
});

export const registerPreset = endpoint({
  method: 'POST',
  path: '/triggers/presets/{preset_name}',
  access: 'operator',
  summary: 'Registers a preset for a repository: self-healing, review-fix or comment-command',
  params: PresetParams,
  body: PresetRequest,
  reply: TriggerAction,
  also: { 404: 'There is no such preset or workflow', 409: 'The repository has this preset' },
});

export const listHistory = endpoint({
  method: 'GET',
  path: '/triggers/history',
  access: 'viewer',
  summary: 'What all rules have started, put off and blocked, newest first',
  query: HistoryQuery,
  reply: TriggerHistoryList,
});

export const readTrigger = endpoint({
  method: 'GET',
  path: '/triggers/{trigger_id}',
  access: 'viewer',
  summary: 'One rule',
  params: TriggerParams,
  reply: TriggerDetail,
});

export const changeTrigger = endpoint({
  method: 'PATCH',
  path: '/triggers/{trigger_id}',
  access: 'operator',
  summary: 'Pauses or resumes a rule, or changes its name, conditions, inputs or limits',
  params: TriggerParams,
  body: ChangeTriggerRequest,
  reply: TriggerAction,
  also: { 404: 'There is no such rule', 409: 'It is in that state already, was deleted, or its workflow is archived' },
});

export const deleteTrigger = endpoint({
  method: 'DELETE',
  path: '/triggers/{trigger_id}',
  access: 'operator',
  summary: 'Deletes a rule; its history stays',
  params: TriggerParams,
  reply: TriggerAction,
  also: { 404: 'There is no such rule', 409: 'It was deleted already' },
});

export const testTrigger = endpoint({
  method: 'POST',
  path: '/triggers/{trigger_id}/test',
  access: 'operator',
  summary: 'Compares a payload with a rule, and tells what holds and which inputs it would give; starts nothing',
  params: TriggerParams,
  body: TestTriggerRequest,
  reply: TriggerTest,
  also: { 404: 'There is no such rule' },
});

export const readHistory = endpoint({
  method: 'GET',
  path: '/triggers/{trigger_id}/history',
  access: 'viewer',
  summary: 'What a rule has started, put off and blocked, newest first',
  params: TriggerParams,
  query: HistoryQuery,
  reply: TriggerHistory,
});
