import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../../libs/wire/rest/docs/openapi-document.js';
import { PROBLEMS, isProblemCode, problemPath } from '../../libs/wire/rest/problem.js';
import { PROBLEM_TEXTS } from '../../libs/wire/rest/docs/problem-texts.js';
import { type InProcessEbb, startInProcess } from '../support/in-process-ebb.js';

let ebb: InProcessEbb;

beforeAll(async () => {
  ebb = await startInProcess();
});
afterAll(() => ebb[Symbol.asyncDispose]());

describe('the description of the REST API', () => {
  it('is an OpenAPI document that says if no key is needed', async () => {
    const response = await fetch(`${ebb.url}/v1/openapi.json`);
    const document = (await response.json()) as OpenApiDocument;
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/v1/whoami']!['get']!.security).toEqual([{}, { bearer: [] }]);
  });

  it('is a page that may load nothing', async () => {
    const response = await fetch(`${ebb.url}/v1/docs`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toMatch(/^<!doctype html>[\s\S]*<section id="whoAmI">/);
  });

  it.each(Object.keys(PROBLEMS).filter(isProblemCode))('has a page for the problem %s', async (code) => {
    const response = await fetch(`${ebb.url}${problemPath(code)}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const [firstWords] = PROBLEM_TEXTS[code].meaning.split(/[`'’]/);
    expect(await response.text()).toContain(firstWords);
  });

  it('is at the address that the type of every problem names', async () => {
    const response = await fetch(`${ebb.url}/v1/nothing`);
    const { type } = (await response.json()) as { readonly type: string };
    expect((await fetch(new URL(type, response.url))).status).toBe(200);
  });
});
