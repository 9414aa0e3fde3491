import { conformsToBackend } from '../../test/backend-conformance';
import { describeWithBubblewrap } from '../../test/workspace.fixture';
import { ProcessBackend } from './process.backend';
import { SandboxBackend } from './sandbox.backend';

describeWithBubblewrap(`the backend ${SandboxBackend.name}`, () => {
  conformsToBackend({ backend: new SandboxBackend(), isClosed: true });
});

describe(`the backend ${ProcessBackend.name}`, () => {
  conformsToBackend({ backend: new ProcessBackend(true), isClosed: false });
});
