import type { ContentEvent } from '@syntropic/artifacts/contracts';
import { specificationOf } from '@syntropic/kernel/testing';
import { Content, recordContentRemoval, retireContent } from './content';

const data = { uri: `sha256:${'a'.repeat(64)}` };
const retired: ContentEvent = { type: 'ContentRetired', data };
const removed: ContentEvent = { type: 'ContentRemoved', data };

const { given } = specificationOf(Content);

describe('a content', () => {
  it('is retired once and for all', () => {
    given().when(retireContent, data).then(retired);
    given(retired).when(retireContent, data).thenNothing();
    given(retired, removed).when(retireContent, data).thenNothing();
  });

  it('is removed after it was retired, once', () => {
    given(retired).when(recordContentRemoval, data).then(removed);
    given(retired, removed).when(recordContentRemoval, data).thenNothing();
    given().when(recordContentRemoval, data).thenRefused('content.not_retired');
  });
});
