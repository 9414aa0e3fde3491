import type { Changes } from './changes';
import { controllerSource, endpointSpec } from './endpoint.templates';
import { pluralOf, type Name } from './names';
import { withElement, withImport } from './source-edits';

const GATEWAY = 'apps/gateway/src/app.module.ts';

/** Makes the endpoints that list, show, create and change an aggregate, with a spec on a running gateway. */
export function addEndpoint(changes: Changes, context: Name, name: Name): void {
  const projection = `libs/${context.kebab}/read-model/src/${name.kebab}.projection.ts`;
  if (!changes.has(projection))
    throw new Error(`there is no read model ${context.kebab}/${name.kebab}: no ${projection}`);

  const plural = pluralOf(name);
  const controller = `apps/gateway/src/${plural.kebab}/${plural.kebab}.controller.ts`;
  changes.create(controller, controllerSource(context, name, plural));
  changes.create(`apps/gateway/test/${plural.kebab}.int.spec.ts`, endpointSpec(context, name, plural));

  changes.edit(
    GATEWAY,
    (text) => withElement(text, 'API', `${plural.pascal}Controller`),
    (text) => withImport(text, `${plural.pascal}Controller`, `./${plural.kebab}/${plural.kebab}.controller`),
  );
}
