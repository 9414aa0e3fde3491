import { artifact, type ArtifactCommands, type ArtifactEvent, type ContentEvent } from '@syntropic/artifacts/contracts';
import { addArtifact, Artifact, Content, createArtifact, uploadArtifact } from '@syntropic/artifacts/domain';
import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, Command, CommandContext, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';

const { CreateArtifact, AddArtifact, UploadArtifact } = artifact.commands;

type Artifacts = Aggregates<Artifact, ArtifactEvent>;
type Contents = Aggregates<Content, ContentEvent>;

@Handles(CreateArtifact)
export class CreateArtifactHandler implements Handler<typeof CreateArtifact> {
  constructor(
    @InjectAggregates(Artifact) private readonly artifacts: Artifacts,
    @InjectAggregates(Content) private readonly contents: Contents,
  ) {}

  execute(command: Command<typeof CreateArtifact>): Promise<Outcome> {
    return nameContent(this.artifacts, this.contents, command, createArtifact);
  }
}

@Handles(AddArtifact)
export class AddArtifactHandler implements Handler<typeof AddArtifact> {
  constructor(
    @InjectAggregates(Artifact) private readonly artifacts: Artifacts,
    @InjectAggregates(Content) private readonly contents: Contents,
  ) {}

  execute(command: Command<typeof AddArtifact>): Promise<Outcome> {
    return nameContent(this.artifacts, this.contents, command, addArtifact);
  }
}

@Handles(UploadArtifact)
export class UploadArtifactHandler implements Handler<typeof UploadArtifact> {
  constructor(
    @InjectAggregates(Artifact) private readonly artifacts: Artifacts,
    @InjectAggregates(Content) private readonly contents: Contents,
  ) {}

  execute(command: Command<typeof UploadArtifact>): Promise<Outcome> {
    return nameContent(this.artifacts, this.contents, command, uploadArtifact);
  }
}

type Naming = ArtifactCommands['CreateArtifact' | 'AddArtifact' | 'UploadArtifact'];

/** The append fails when the content is given up meanwhile: an artifact never names bytes that are being removed. */
function nameContent<Data extends Naming>(
  artifacts: Artifacts,
  contents: Contents,
  { data, context }: Readonly<{ data: Data; context: CommandContext }>,
  decide: (artifact: Artifact, data: Data, content: Content) => readonly ArtifactEvent[],
): Promise<Outcome> {
  return retryOnConflict(async () => {
    const content = await contents.load(data.uri);
    return artifacts.update(data.artifactId, context, (state) => decide(state, data, content.state), [content]);
  });
}
