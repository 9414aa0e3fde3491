import { z } from 'zod';

/** `api.example.com`, `*.example.com` for its subdomains; a port other than 443 behind a colon. */
export const EgressHost = z
  .string()
  .max(260)
  .regex(
    /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(:[1-9]\d{0,4})?$/i,
    'a host name, with `*.` only at its beginning, and a port if it is not 443',
  );
export const Egress = z.array(EgressHost).max(100);
