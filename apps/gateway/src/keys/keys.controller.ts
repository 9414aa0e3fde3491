import { Controller } from '@nestjs/common';
import {
  ApiKeys,
  KeyDirectory,
  keyCommands,
  newApiKey,
  secretHashOf,
  shownPartOf,
  type ApiKeySummary,
} from '@syntropic/access';
import { ApiKeyId, derivedIdOf } from '@syntropic/kernel';
import { RouteAccess } from '../access/route-access';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { invalidRequest } from '../problems/problem';
import { createKey, listKeys, readKey, revokeKey, rotateKey } from './keys.endpoints';

const { CreateKey, RotateKey, RevokeKey } = keyCommands;

/** API keys for administrators. A key exists here only while its answer is written. */
@Controller(API_PREFIXES)
export class KeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly directory: KeyDirectory,
    private readonly routes: RouteAccess,
    private readonly commands: Commands,
  ) {}

  @Serve(createKey)
  async create(request: ApiRequest<typeof createKey>) {
    const { name, role, scopes, requests_per_minute, expires_in_days: lifetimeDays } = request.body;
    this.#demandAreas(scopes);
    const keyId = ApiKeyId.parse(derivedIdOf(ApiKeyId, request.origin.commandId));
    const key = newApiKey(keyId);
    const limit = requests_per_minute == null ? {} : { requestsPerMinute: requests_per_minute };
    const secretHash = secretHashOf(key);
    await this.commands.send(request, CreateKey, { keyId, name, role, scopes, ...limit, secretHash, lifetimeDays });
    return this.#issued(request, keyId, key);
  }

  @Serve(listKeys)
  async list(request: ApiRequest<typeof listKeys>) {
    const { place, tellNext } = pageIn(listKeys, request);
    const { keys, total, next } = await this.keys.list(request.query.include_inactive, place);
    tellNext(next);
    return { keys: keys.map(shown), total };
  }

  @Serve(readKey)
  async read({ params }: ApiRequest<typeof readKey>) {
    return shown(await this.keys.find(params.key_id));
  }

  @Serve(rotateKey)
  async rotate(request: ApiRequest<typeof rotateKey>) {
    const { key_id: keyId } = request.params;
    const { grace_seconds: graceSeconds, expires_in_days: lifetimeDays } = request.body;
    const key = newApiKey(keyId);
    await this.commands.send(request, RotateKey, { keyId, secretHash: secretHashOf(key), graceSeconds, lifetimeDays });
    return this.#issued(request, keyId, key);
  }

  @Serve(revokeKey)
  async revoke(request: ApiRequest<typeof revokeKey>) {
    const { key_id: keyId } = request.params;
    await this.commands.send(request, RevokeKey, { keyId });
    await this.directory.refresh();
    return shown(await this.keys.find(keyId));
  }

  /** A restricted key is never for keys: it could make one without its restriction. */
  #demandAreas(scopes: readonly string[]): void {
    const areas = this.routes.areas.filter((area) => area !== 'keys');
    const faults = scopes.flatMap((scope, index) =>
      areas.includes(scope) ? [] : { field: `scopes[${index}]`, message: `is none of ${areas.join(', ')}` },
    );
    if (faults.length > 0) throw invalidRequest(faults);
  }

  async #issued({ reply }: Pick<ApiRequest, 'reply'>, keyId: ApiKeyId, key: string) {
    await this.directory.refresh();
    void reply.header('cache-control', 'no-store');
    return { ...shown(await this.keys.find(keyId)), key };
  }
}

const shown = (key: ApiKeySummary) => ({
  key_id: key.keyId,
  name: key.name,
  role: key.role,
  scopes: [...key.scopes],
  requests_per_minute: key.requestsPerMinute,
  shown_part: shownPartOf(key.keyId),
  status: key.status,
  created_at: key.createdAt,
  created_by: key.createdBy,
  expires_at: key.expiresAt,
  rotated_at: key.rotatedAt,
  rotated_by: key.rotatedBy,
  former_key_valid_until: key.formerSecretUntil,
  revoked_at: key.revokedAt,
  revoked_by: key.revokedBy,
});
