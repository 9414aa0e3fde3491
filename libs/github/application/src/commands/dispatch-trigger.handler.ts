import { InjectAggregates } from '@syntropic/event-store';
import { triggerRule, type DeliveryEvent, type TriggerEvent } from '@syntropic/github/contracts';
import { Delivery, dispatchTrigger, TriggerRule } from '@syntropic/github/domain';
import { derivedUuid, DomainError, errorText, type Aggregates, type Command, type Outcome } from '@syntropic/kernel';
import { bodyHashOf, Handles, LocalCommands, type Handler } from '@syntropic/messaging';
import { workflowExecution, type WorkflowEvent } from '@syntropic/orchestration/contracts';
import { WorkflowView } from '../workflow.view';

type DispatchTrigger = typeof triggerRule.commands.DispatchTrigger;

const { StartExecution } = workflowExecution.commands;

@Handles(triggerRule.commands.DispatchTrigger)
export class DispatchTriggerHandler implements Handler<DispatchTrigger> {
  constructor(
    @InjectAggregates(TriggerRule) private readonly rules: Aggregates<TriggerRule, TriggerEvent>,
    @InjectAggregates(Delivery) private readonly deliveries: Aggregates<Delivery, DeliveryEvent>,
    @InjectAggregates(WorkflowView) private readonly workflows: Aggregates<WorkflowView, WorkflowEvent>,
    private readonly commands: LocalCommands,
  ) {}

  /** Carried out again after a death, it starts nothing twice: the start has an id of its own that derives from this command's. */
  async execute(command: Command<DispatchTrigger>): Promise<Outcome> {
    const failureReason = await this.#start(command);
    const { data, context } = command;
    return this.rules.update(data.triggerId, context, (rule) => dispatchTrigger(rule, data, failureReason));
  }

  /** The reason of a refused start. */
  async #start({ data, context }: Command<DispatchTrigger>): Promise<string | undefined> {
    const { executionId, workflowId, repository } = data;
    const start = { executionId, workflowId, inputs: await this.#inputsOf(data), repos: [repository] };
    const about = {
      ...context,
      commandId: derivedUuid(context.commandId, 'start'),
      causationId: context.commandId,
      bodyHash: bodyHashOf(start),
      executionId,
    };
    try {
      await this.commands.execute({ ...StartExecution, data: start }, about);
      return undefined;
    } catch (error) {
      if (error instanceof DomainError) return errorText(`${error.code}: ${error.message}`);
      throw error;
    }
  }

  /** Mappings are written for any workflow: inputs that this one does not take are left out, and the repository is no input. */
  async #inputsOf({ deliveryId, triggerId, workflowId }: Command<DispatchTrigger>['data']) {
    const [{ state: delivery }, { state: workflow }] = await Promise.all([
      this.deliveries.load(deliveryId),
      this.workflows.load(workflowId),
    ]);
    const matches = delivery.status === 'accepted' ? delivery.matches : [];
    const { inputs = {} } = matches.find((match) => match.triggerId === triggerId) ?? {};
    const taken = Object.entries(inputs).filter(([name]) => workflow.inputs.includes(name) && !RESERVED.includes(name));
    return Object.fromEntries(taken);
  }
}

const RESERVED = ['repository', 'repos'];
