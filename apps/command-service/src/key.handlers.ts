import { ApiKeys, AuditRecords, keyCommands } from '@syntropic/access';
import type { Actor, Command, ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';

const { CreateKey, RotateKey, RevokeKey } = keyCommands;

const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;

@Handles(CreateKey)
class CreateKeyHandler implements Handler<typeof CreateKey> {
  constructor(
    private readonly keys: ApiKeys,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof CreateKey>): Promise<ReplyOf<typeof CreateKey>> {
    const { data, context } = command;
    return this.audit.command(command, data.keyId, () => this.keys.create(data, nameOf(context.actor)));
  }
}

@Handles(RotateKey)
class RotateKeyHandler implements Handler<typeof RotateKey> {
  constructor(
    private readonly keys: ApiKeys,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof RotateKey>): Promise<ReplyOf<typeof RotateKey>> {
    const { data, context } = command;
    return this.audit.command(command, data.keyId, () => this.keys.rotate(data, nameOf(context.actor)));
  }
}

@Handles(RevokeKey)
class RevokeKeyHandler implements Handler<typeof RevokeKey> {
  constructor(
    private readonly keys: ApiKeys,
    private readonly audit: AuditRecords,
  ) {}

  execute(command: Command<typeof RevokeKey>): Promise<ReplyOf<typeof RevokeKey>> {
    const { data, context } = command;
    return this.audit.command(command, data.keyId, () => this.keys.revoke(data, nameOf(context.actor)));
  }
}

/** The commands of administrators about API keys. */
export const KEY_HANDLERS = [CreateKeyHandler, RotateKeyHandler, RevokeKeyHandler];
