/** The scope in which each system of the organization is claimed, so that deleting it can demand that there is none. */
export const systemsOf = (organizationId: string): string => `systems/${organizationId}`;

/** The scope in which each repository of an organization or a system is claimed. */
export const reposOf = (ownerId: string): string => `repos/${ownerId}`;
