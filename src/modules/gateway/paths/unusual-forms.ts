import { ProblemError } from '../../../protocol/problem.js';

/** Forms of paths that servers read differently and that a route may permit, each with the refusal of other routes. */
const REFUSALS = {
  encoded_slash: 'The path of the request must not have encoded slashes or backslashes.',
  semicolon: 'The path of the request must not have parameters.',
  trailing_dot: 'The path of the request must not have segments that end in a dot or a space.',
  double_colon: 'The path of the request must not have names of streams.',
  encoded_delimiter: 'The path of the request must not have encoded question marks or number signs.',
} as const;

export type UnusualForm = keyof typeof REFUSALS;

export const UNUSUAL_FORMS = Object.keys(REFUSALS) as readonly UnusualForm[];

/** Refuses a path for a form in it. */
export function refusalOfForm(form: UnusualForm): ProblemError {
  return new ProblemError(400, REFUSALS[form]);
}
