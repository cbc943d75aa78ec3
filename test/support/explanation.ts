import { expect } from 'vitest';
import type { ExplanationAnswer } from '../../src/modules/gateway/http/explanation.dto.js';
import { type Served, bearer } from './http.js';

/**
 * What the gateway says that it would do with a request.
 * @param token one with `routes:read`
 */
export async function explanationOf(
  gateway: Served,
  token: string,
  method: string,
  path: string,
): Promise<ExplanationAnswer> {
  const query = new URLSearchParams({ method, path }).toString();
  const { status, json } = await bearer(gateway, token, `/admin/routes/explain?${query}`);
  expect(status).toBe(200);
  return json;
}
