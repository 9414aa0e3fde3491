import type { PackageFiles } from '@syntropic/orchestration/contracts';
import { invalidRequest } from '../problems/problem';

/** The document of a package: at its top, or in the only folder of `workflows`. */
const DOCUMENT = /^(?:workflows\/[^/]+\/)?workflow\.ya?ml$/;

/** The document of the one workflow of a package. @throws Problem for a package with none, and with several */
export function documentIn(files: PackageFiles): Readonly<{ text: string; directory: string }> {
  const [found, ...others] = Object.entries(files).filter(([path]) => DOCUMENT.test(path));
  if (!found) {
    throw invalidRequest([{ field: 'files', message: 'has no workflow.yaml, nor workflows/<name>/workflow.yaml' }]);
  }
  if (others.length > 0) {
    throw invalidRequest([{ field: 'files', message: 'has several workflows: import them one by one' }]);
  }
  const [path, text] = found;
  return { text, directory: path.slice(0, path.lastIndexOf('/') + 1) || '.' };
}
