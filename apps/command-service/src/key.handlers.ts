import { ApiKeys, keyCommands } from '@syntropic/access';
import type { Actor, Command, ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';

const { CreateKey, RotateKey, RevokeKey } = keyCommands;

const DONE = { done: true } as const;

const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;

@Handles(CreateKey)
class CreateKeyHandler implements Handler<typeof CreateKey> {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ data, context: { actor } }: Command<typeof CreateKey>): Promise<ReplyOf<typeof CreateKey>> {
    await this.keys.create(data, nameOf(actor));
    return DONE;
  }
}

@Handles(RotateKey)
class RotateKeyHandler implements Handler<typeof RotateKey> {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ data, context: { actor } }: Command<typeof RotateKey>): Promise<ReplyOf<typeof RotateKey>> {
    await this.keys.rotate(data, nameOf(actor));
    return DONE;
  }
}

@Handles(RevokeKey)
class RevokeKeyHandler implements Handler<typeof RevokeKey> {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ data, context: { actor } }: Command<typeof RevokeKey>): Promise<ReplyOf<typeof RevokeKey>> {
    await this.keys.revoke(data, nameOf(actor));
    return DONE;
  }
}

/** The commands of administrators about API keys. */
export const KEY_HANDLERS = [CreateKeyHandler, RotateKeyHandler, RevokeKeyHandler];
