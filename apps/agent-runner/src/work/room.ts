import { Injectable } from '@nestjs/common';
import { DiskRoom } from './disk-room';
import { MemoryRoom } from './memory-room';

/** The room that another session needs. */
@Injectable()
export class Room {
  constructor(
    readonly disk: DiskRoom,
    readonly memory: MemoryRoom,
  ) {}
}
