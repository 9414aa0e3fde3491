import { Controller } from '@nestjs/common';
import { PresetName, presets, triggerRule, type TriggerCommands } from '@syntropic/github/contracts';
import { installationRepoProjection } from '@syntropic/github/read-model';
import { derivedIdOf, TriggerId, type InputOf } from '@syntropic/kernel';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { Problem } from '../problems/problem';
import { RowLookup } from '../reads/row-lookup';
import { TRIGGER } from './trigger-lookup';
import { conditionsOf, configOf } from './trigger-views';
import { changeTrigger, deleteTrigger, registerPreset, registerTrigger } from './triggers.endpoints';

const { RegisterTrigger, UpdateTrigger, PauseTrigger, ResumeTrigger, DeleteTrigger } = triggerRule.commands;

type Registration = Omit<InputOf<typeof RegisterTrigger>, 'triggerId'>;
type Action = ReplyOf<typeof registerTrigger>;

@Controller(API_PREFIXES)
export class TriggerRequestsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
  ) {}

  @Serve(registerTrigger)
  register(request: ApiRequest<typeof registerTrigger>): Promise<Action> {
    const { name, event, repository, workflow_id, conditions, input_mapping, config, created_by } = request.body;
    return this.#register(request, {
      name,
      event,
      repository,
      workflowId: workflow_id,
      conditions: conditionsOf(conditions ?? []),
      inputMapping: input_mapping ?? {},
      ...(config && { config: configOf(config) }),
      createdBy: created_by,
    });
  }

  @Serve(registerPreset)
  registerPreset(request: ApiRequest<typeof registerPreset>): Promise<Action> {
    const { data: preset } = PresetName.safeParse(request.params.preset_name);
    if (!preset) {
      const known = PresetName.options.join(', ');
      throw new Problem('trigger.preset_not_found', `there are ${known}, and no ${request.params.preset_name}`);
    }
    const { repository, workflow_id, created_by } = request.body;
    const rule = { name: preset, ...presets[preset], preset };
    return this.#register(request, { ...rule, repository, workflowId: workflow_id, createdBy: created_by });
  }

  @Serve(changeTrigger)
  async change(request: ApiRequest<typeof changeTrigger>): Promise<Action> {
    const { action, reason, paused_by, resumed_by } = request.body;
    const triggerId = await this.#idOf(request);
    const name = await this.#nameOf(triggerId, request);
    if (action === 'pause') {
      const data = { triggerId, pausedBy: paused_by ?? '', ...(typeof reason === 'string' && { reason }) };
      await this.commands.send(request, PauseTrigger, data);
      return answer(triggerId, 'paused', { name, action });
    }
    if (action === 'resume') {
      await this.commands.send(request, ResumeTrigger, { triggerId, resumedBy: resumed_by ?? '' });
      return answer(triggerId, 'active', { name, action });
    }
    await this.commands.send(request, UpdateTrigger, { triggerId, ...changesOf(request.body) });
    return answer(triggerId, 'updated', { name: request.body.name ?? name });
  }

  @Serve(deleteTrigger)
  async remove(request: ApiRequest<typeof deleteTrigger>): Promise<Action> {
    const triggerId = await this.#idOf(request);
    const name = await this.#nameOf(triggerId, request);
    await this.commands.send(request, DeleteTrigger, { triggerId });
    return answer(triggerId, 'deleted', { name });
  }

  async #register(
    request: ApiRequest<typeof registerTrigger> | ApiRequest<typeof registerPreset>,
    registration: Registration,
  ): Promise<Action> {
    const triggerId = TriggerId.parse(derivedIdOf(TriggerId, request.origin.commandId));
    const installationId = request.body.installation_id || (await this.#installationOf(registration.repository));
    await this.commands.send(request, RegisterTrigger, { ...registration, triggerId, installationId });
    const { name, preset = null } = registration;
    return answer(triggerId, 'active', { name, preset });
  }

  /** The installation that may read the repository; empty where none is known. */
  async #installationOf(repository: string): Promise<string> {
    const where = { name_key: repository.toLowerCase() };
    const { rows } = await this.reads.page(installationRepoProjection, { where, limit: 1 });
    return rows[0]?.installation_id ?? '';
  }

  /** Null while the rule is not in its read model yet: whether it exists is the log's to say. */
  async #nameOf(triggerId: TriggerId, { minPosition }: Pick<ApiRequest<typeof changeTrigger>, 'minPosition'>) {
    return (await this.reads.get(TRIGGER.projection, triggerId, { minPosition }))?.name ?? null;
  }

  #idOf({ params, minPosition }: Pick<ApiRequest<typeof changeTrigger>, 'params' | 'minPosition'>) {
    return this.lookup.idOf(TriggerId, TRIGGER, { idOrPrefix: params.trigger_id, minPosition });
  }
}

function changesOf(
  body: ApiRequest<typeof changeTrigger>['body'],
): Omit<TriggerCommands['UpdateTrigger'], 'triggerId'> {
  const { name, conditions, input_mapping, config } = body;
  return {
    ...(name !== undefined && { name }),
    ...(conditions && { conditions: conditionsOf(conditions) }),
    ...(input_mapping && { inputMapping: input_mapping }),
    ...(config && { config: configOf(config) }),
  };
}

type Told = Readonly<Partial<{ name: string; preset: PresetName | null; action: string }>>;

const answer = (
  trigger_id: string,
  status: 'active' | 'paused' | 'updated' | 'deleted',
  { name = null, preset = null, action = null }: { [Key in keyof Told]: Told[Key] | null } = {},
) => ({ trigger_id, name, status, preset, action });
