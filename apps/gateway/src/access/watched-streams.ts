import { Injectable, type OnModuleInit } from '@nestjs/common';
import { KeyDirectory } from '@syntropic/access';
import type { ServerResponse } from 'node:http';
import { resetConnection } from '../http/reset-connection';
import type { Principal } from './principal';

/** Ends event streams whose caller has lost its key: their requests were admitted long ago. */
@Injectable()
export class WatchedStreams implements OnModuleInit {
  readonly #open = new Map<ServerResponse, Principal>();

  constructor(private readonly keys: KeyDirectory) {}

  onModuleInit(): void {
    this.keys.onRefresh(() => {
      for (const [response, { isValid }] of this.#open) if (!isValid()) resetConnection(response);
    });
  }

  watch(response: ServerResponse, principal: Principal): void {
    this.#open.set(response, principal);
    response.once('close', () => this.#open.delete(response));
  }
}
