import { Controller } from '@nestjs/common';
import { delivery, GithubEvent } from '@syntropic/github/contracts';
import { DeliveryId, derivedUuid, nameText, RepoFullName, type Actor } from '@syntropic/kernel';
import { z } from 'zod';
import { Commands } from '../commands/commands';
import { parsed } from '../http/content-types';
import type { ApiRequest } from '../http/endpoint';
import { faultsOf } from '../http/faults';
import { API_PREFIXES, Serve } from '../http/serve';
import { invalidRequest } from '../problems/problem';
import { DeliveryHeaders } from './github.dto';
import { receiveDelivery } from './github.endpoints';
import { installationCommands } from './installation-commands';
import { WebhookSignature } from './webhook-signature';

const { AcceptDelivery } = delivery.commands;

const DELIVERIES = '3d1a62c8-8d0b-5a7e-a1f5-0c6f1f0b7e55';

type Request = ApiRequest<typeof receiveDelivery>;

/** The parts of a payload that name what it is about. */
const Payload = z.looseObject({
  action: z.string().optional(),
  zen: z.string().max(1_000).optional(),
  repository: z.looseObject({ full_name: z.string() }).optional(),
  sender: z.looseObject({ login: z.string() }).optional(),
});

@Controller(API_PREFIXES)
export class WebhooksController {
  constructor(
    private readonly signature: WebhookSignature,
    private readonly commands: Commands,
  ) {}

  /** Answered when what follows from it is recorded. Sent again, it is the same commands with the same ids. */
  @Serve(receiveDelivery)
  async receive(request: Request) {
    this.signature.verify(request.body, request.headers['x-hub-signature-256']);
    const { event, deliveryId } = headersOf(request);
    const payload = checked(Payload, parsed(request.body));
    if (event === 'ping') return { status: 'pong' as const, event, triggers: [], zen: payload.zen ?? '' };

    const from = { request, deliveryId, actor: actorOf(payload) };
    for (const [at, { message, data }] of commandsOf(event, payload).entries()) {
      // `commandsOf` has built the data of each message by its own schema.
      await this.commands.send(this.#originOf(from, at), message, data as never);
    }
    const matched = await this.#match(from, event, payload);
    return { status: 'processed' as const, event, triggers: matched.map((trigger_id) => ({ trigger_id })) };
  }

  async #match(
    from: From,
    event: string,
    { action, repository }: z.output<typeof Payload>,
  ): Promise<readonly string[]> {
    const { data: about } = About.safeParse({
      event: action === undefined ? event : `${event}.${action}`,
      repository: repository?.full_name,
    });
    // What is about no repository matches no rule.
    if (!about) return [];
    const data = { deliveryId: from.deliveryId, ...about, payload: from.request.body.toString() };
    const { matched } = await this.commands.send(this.#originOf(from, 'match'), AcceptDelivery, data);
    return matched;
  }

  #originOf({ request, deliveryId, actor }: From, part: string | number): Pick<Request, 'origin' | 'reply'> {
    const { isKeyed: _, ...origin } = request.origin;
    return { reply: request.reply, origin: { ...origin, commandId: derivedUuid(DELIVERIES, deliveryId, part), actor } };
  }
}

type From = Readonly<{ request: Request; deliveryId: DeliveryId; actor: Actor }>;

const About = z.object({ event: GithubEvent, repository: RepoFullName });

function headersOf({ headers }: Request) {
  const given = Object.fromEntries(
    Object.keys(DeliveryHeaders.shape).map((name) => [name, headers[name.toLowerCase()]]),
  );
  const { 'X-GitHub-Event': event, 'X-GitHub-Delivery': id } = checked(DeliveryHeaders, given);
  return { event, deliveryId: DeliveryId.parse(id) };
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (error) throw invalidRequest(faultsOf(error));
  return data;
}

function commandsOf(event: string, payload: unknown): ReturnType<typeof installationCommands> {
  try {
    return installationCommands(event, payload);
  } catch (error) {
    throw error instanceof z.ZodError ? invalidRequest(faultsOf(error)) : error;
  }
}

const actorOf = ({ sender }: z.output<typeof Payload>): Actor => ({
  kind: 'github',
  id: nameText(sender?.login ?? 'webhook'),
});
