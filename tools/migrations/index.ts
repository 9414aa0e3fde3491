export { loadHistory } from './history';
export { migrate } from './migrate';
export { letRolesLogIn, ROLES, type Role } from './roles';
