/** The least role that a request needs, from the least to the most; `public` needs none. Each role may do what those before it may. */
export type Access = 'public' | 'viewer' | 'operator' | 'admin';
