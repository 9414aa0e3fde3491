import { Injectable } from '@nestjs/common';
import { SessionCheckpoints } from '../checkpoints/session-checkpoints';
import { SessionObjectStorage } from './retrying-object-storage';

/** What is kept of sessions in the object storage. */
@Injectable()
export class SessionObjects {
  constructor(
    readonly storage: SessionObjectStorage,
    readonly checkpoints: SessionCheckpoints,
  ) {}
}
