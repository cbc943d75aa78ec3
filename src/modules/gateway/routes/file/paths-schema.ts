import type { UnusualForm } from '../../paths/unusual-forms.js';
import { closed } from './schema-terms.js';

const permitted = (description: string) => ({ type: 'boolean', default: false, description });

const FORMS: Readonly<Record<UnusualForm, object>> = {
  encoded_slash: permitted('%2F, as in /projects/group%2Fproject'),
  semicolon: permitted('; and %3B, as in /service;v=2'),
  double_colon: permitted(':: and :$, as in /ip/2001:db8::1 or /arn:aws:s3:::bucket'),
  trailing_dot: permitted('A dot or a space at the end of a segment, as in /company/Acme%20Inc.'),
  encoded_delimiter: permitted('%3F and %23, as in /rooms/%23lobby'),
};

/** Forms of paths that a route may permit. */
export const PATHS = {
  ...closed(FORMS),
  minProperties: 1,
  description:
    'Forms of paths that servers read in different ways, and that are refused with 400 unless the route permits them. Only ' +
    'for a path of literal segments that ends in /**, with one upstream and no other route below',
};
