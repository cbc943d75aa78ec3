import { ProblemError } from '../../../protocol/problem.js';

/** What in a path some servers read in another way than others, and a route may permit, with what is said without it. */
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
