export type { Access } from './role';
