export interface Project {
  readonly root: string;
  readonly name: string;
  readonly projectType: 'application' | 'library';
  readonly tags: readonly string[];
  readonly implicitDependencies: readonly string[];
  readonly targets: Readonly<Record<string, { readonly command: string }>>;
}

export declare function contexts(workspace?: string): readonly string[];

export declare function projectsOf(files: readonly string[]): readonly Project[];
