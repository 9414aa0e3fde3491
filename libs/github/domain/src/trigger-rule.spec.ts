import { specificationOf } from '@syntropic/kernel/testing';
import {
  config,
  deleted,
  paused,
  registered,
  registration,
  resumed,
  triggerId,
  workflowId,
} from './testing/rule-facts';
import { deleteTrigger, pauseTrigger, registerTrigger, resumeTrigger, updateTrigger } from './trigger-registration';
import { TriggerRule } from './trigger-rule';

const { given } = specificationOf(TriggerRule);

const active = { status: 'active' } as const;
const archived = { status: 'archived' } as const;
const unknown = { status: 'unknown' } as const;

describe('a trigger', () => {
  it('is registered once, for a workflow that exists and is not archived', () => {
    given().when(registerTrigger, registration, active).then(registered());
    given().when(registerTrigger, registration, unknown).thenRefused('trigger.workflow_not_found');
    given().when(registerTrigger, registration, archived).thenRefused('trigger.workflow_archived');
    given(registered()).when(registerTrigger, registration, active).thenRefused('trigger.already_exists');
    given(registered(), deleted).when(registerTrigger, registration, active).thenRefused('trigger.already_exists');
  });

  it('keeps the fields that a change does not name', () => {
    const change = { triggerId, name: 'Heal again', config: { dailyLimit: 5 } };
    const changed = { type: 'TriggerUpdated', data: change } as const;
    given(registered()).when(updateTrigger, change).then(changed);
    given(registered()).when(updateTrigger, { triggerId }).thenNothing();
    expect([registered(), changed].reduce(TriggerRule.evolve, TriggerRule.initial)).toMatchObject({
      name: 'Heal again',
      conditions: registration.conditions,
      config: { ...config, dailyLimit: 5 },
    });
  });

  it('is paused and resumed, each once', () => {
    given(registered()).when(pauseTrigger, { triggerId, pausedBy: 'ada' }).then(paused);
    given(registered(), paused).when(pauseTrigger, { triggerId, pausedBy: '' }).thenRefused('trigger.already_paused');
    given(registered(), paused).when(resumeTrigger, { triggerId, resumedBy: 'ada' }, active).then(resumed);
    given(registered()).when(resumeTrigger, { triggerId, resumedBy: '' }, active).thenRefused('trigger.already_active');
    given(registered(), paused, resumed).when(pauseTrigger, { triggerId, pausedBy: 'ada' }).then(paused);
  });

  it('is not resumed for a workflow that was archived meanwhile', () => {
    given(registered(), paused)
      .when(resumeTrigger, { triggerId, resumedBy: '' }, archived)
      .thenRefused('trigger.workflow_archived');
  });

  it('is deleted for good, active or paused', () => {
    given(registered()).when(deleteTrigger, { triggerId, deletedBy: '' }).then(deleted);
    given(registered(), paused).when(deleteTrigger, { triggerId, deletedBy: '' }).then(deleted);
    given(registered(), deleted)
      .when(deleteTrigger, { triggerId, deletedBy: '' })
      .thenRefused('trigger.already_deleted');
    given(registered(), deleted).when(pauseTrigger, { triggerId, pausedBy: '' }).thenRefused('trigger.already_deleted');
  });

  it('that does not exist is not found', () => {
    given().when(updateTrigger, { triggerId, name: 'x' }).thenRefused('trigger.not_found');
    given().when(pauseTrigger, { triggerId, pausedBy: '' }).thenRefused('trigger.not_found');
    given().when(resumeTrigger, { triggerId, resumedBy: '' }, active).thenRefused('trigger.not_found');
    given().when(deleteTrigger, { triggerId, deletedBy: '' }).thenRefused('trigger.not_found');
  });
});

describe('the claims of a trigger', () => {
  const claimsOf = (event: Parameters<typeof TriggerRule.evolve>[1]) =>
    TriggerRule.reserves?.(event).map((one) =>
      'claim' in one ? ['claim', one.claim] : 'release' in one && ['release', one.release],
    );
  const [ofWorkflow, ofRepository] = [
    { scope: `triggers-of-workflow/${workflowId}`, key: triggerId },
    { scope: 'triggers-of-repo/github:acme/api', key: triggerId },
  ];

  it('hold while it is active', () => {
    const made = [
      ['claim', ofWorkflow],
      ['claim', ofRepository],
    ];
    const given = made.map(([, claim]) => ['release', claim]);
    expect(claimsOf(registered({ repository: 'Acme/Api' }))).toEqual(made);
    expect(claimsOf(resumed)).toEqual(made);
    expect(claimsOf(paused)).toEqual(given);
    expect(claimsOf(deleted)).toEqual(given);
  });

  it('name its preset until it is deleted', () => {
    const preset = { scope: 'trigger-presets/github:acme/api', key: 'self-healing' };
    expect(claimsOf(registered({ preset: 'self-healing' }))?.[0]).toEqual(['claim', preset]);
    expect(claimsOf({ ...deleted, data: { ...deleted.data, preset: 'self-healing' } })?.[0]).toEqual([
      'release',
      preset,
    ]);
    expect(claimsOf(paused)).not.toContainEqual(['release', preset]);
  });
});
