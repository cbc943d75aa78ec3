import { DURATION, FIELD_NAME, METHOD, METHOD_TITLE, STRING, closed, listOf } from './schema-terms.js';

/** What pages of other origins may do on a route. */
export const CORS = {
  ...closed({
    allowed_headers: {
      ...listOf(FIELD_NAME),
      description: 'Header fields that requests may have, besides those that are allowed everywhere',
    },
    exposed_headers: {
      ...listOf(FIELD_NAME),
      description:
        'Header fields of responses that pages may read, besides those that are exposed everywhere',
    },
    methods: {
      ...listOf({ type: STRING, pattern: `^${METHOD}$`, title: METHOD_TITLE }),
      description: 'Default: GET, HEAD, POST, PUT, PATCH and DELETE',
    },
    max_age: { ...DURATION, description: 'How long a browser may remember a preflight. Default: 10m' },
  }),
  minProperties: 1,
  description: 'What pages of other origins may do; which origins is said by the clients and CORS_ORIGINS',
};
