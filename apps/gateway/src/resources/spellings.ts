/** `organization_id` becomes `organizationId`. */
export const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `cost_center` becomes `CostCenter`. */
export const pascalCase = (name: string): string => camelCase(`_${name}`);

/** `cost_center` becomes `cost center`. */
export const wordsOf = (name: string): string => name.replaceAll('_', ' ');
