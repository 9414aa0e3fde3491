import { z } from 'zod';

const TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/;

/** The type of a file's content, as a header of HTTP holds it: `text/markdown`, `text/plain; charset=utf-8`. */
export const MediaType = z.string().max(255).regex(TYPE, 'a media type such as text/markdown');
