import { Inject, Injectable } from '@nestjs/common';
import { artifact, MediaType, withStoredContent } from '@syntropic/artifacts/contracts';
import { ArtifactId, derivedUuid, type InputOf } from '@syntropic/kernel';
import type { ObjectSource, ObjectStorage, StoredObject } from '@syntropic/object-storage';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { OBJECT_STORAGE } from './artifact-bytes';
import { ContentRemoval } from './content-removal';
import { fileNameFor, fileNameOf } from './file-names';
import type { ReceivedFile } from './uploads';

const { AddArtifact, DeleteArtifact, UpdateArtifact, UploadArtifact } = artifact.commands;

type Request = Pick<ApiRequest, 'origin' | 'reply'>;
type Added = Omit<InputOf<typeof AddArtifact>, 'artifactId' | 'path' | keyof StoredObject>;

/** Stores the content of clients before an artifact names it. What is stored and never named stays, and harms nothing. */
@Injectable()
export class ArtifactChanges {
  constructor(
    private readonly commands: Commands,
    private readonly removal: ContentRemoval,
    @Inject(OBJECT_STORAGE) private readonly objects: ObjectStorage,
  ) {}

  /** Adds a text as an artifact, and returns its id: the same for the same request. */
  async add(request: Request, text: string, added: Added): Promise<ArtifactId> {
    const artifactId = ArtifactId.parse(derivedUuid(request.origin.commandId, 'artifact'));
    const path = fileNameFor(added.title, added.contentType);
    await this.#named(request, Buffer.from(text), (stored, again) =>
      this.commands.send(again, AddArtifact, { ...added, ...stored, artifactId, path }),
    );
    return artifactId;
  }

  /** Replaces the content of an artifact by a file, and returns the location of its bytes. */
  async upload(request: Request, artifactId: ArtifactId, { file, name, contentType }: ReceivedFile): Promise<string> {
    const path = fileNameOf(name ?? 'file');
    const { data: type = 'application/octet-stream' } = MediaType.safeParse(contentType);
    const upload = async (stored: StoredObject, again: Request) => {
      await this.commands.send(again, UploadArtifact, { ...stored, artifactId, path, contentType: type });
      return stored.uri;
    };
    const uri = await this.#named(request, { file }, upload);
    this.removal.removeSoon();
    return uri;
  }

  async update(request: Request, changes: InputOf<typeof UpdateArtifact>): Promise<void> {
    await this.commands.send(request, UpdateArtifact, changes);
  }

  async delete(request: Request, artifactId: ArtifactId): Promise<void> {
    await this.commands.send(request, DeleteArtifact, { artifactId });
    this.removal.removeSoon();
  }

  /** A copy is named by a command of its own: the one before was refused under its id. */
  #named<Answer>(
    { origin, reply }: Request,
    source: ObjectSource,
    name: (stored: StoredObject, request: Request) => Promise<Answer>,
  ): Promise<Answer> {
    return withStoredContent(origin.commandId, {
      store: (copy) => this.objects.put(source, undefined, copy),
      discard: ({ uri }) => this.objects.remove(uri),
      name: (stored, copy) =>
        name(stored, { reply, origin: copy ? { ...origin, commandId: derivedUuid(origin.commandId, copy) } : origin }),
    });
  }
}
