import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { OpenApiDocument } from '../../libs/wire/rest/docs/openapi-document.js';
import type { Known } from './fuzz-scene.js';
import { type Ran, run } from './programs.js';

/** Schemathesis has an environment of its own, where CI installs it, or is on the PATH. */
export const SCHEMATHESIS =
  process.env['EBB_TEST_SCHEMATHESIS'] ?? resolve(import.meta.dirname, '../../.cache/schemathesis/bin/schemathesis');

export interface FuzzRun {
  readonly url: string;
  readonly known: Known;
  readonly seed: number;
  /** How long it may go on looking. */
  readonly seconds: number;
  /** Shown with every request; absent where nobody is asked for a key. */
  readonly token?: string;
}

/** How often a value that exists is taken where there is a choice: otherwise nearly all that is asked for is not there. */
const KNOWN_SHARE = 0.8;

/** Drives every operation of Ebb's OpenAPI document with all that Schemathesis looks for. */
export async function fuzz(fuzzRun: FuzzRun): Promise<Ran> {
  const address = `${fuzzRun.url}/v1/openapi.json`;
  const document = (await (await fetch(address)).json()) as OpenApiDocument;
  const folder = await mkdtemp(join(tmpdir(), 'ebb-schemathesis-'));
  try {
    const settings = join(folder, 'schemathesis.toml');
    await writeFile(settings, settingsOf(fuzzRun, pagedIn(document)));
    return await run(SCHEMATHESIS, ['--config-file', settings, '--no-color', 'run', address], {
      cwd: folder,
      env: { ...process.env, EBB_TOKEN: fuzzRun.token, COLUMNS: '160' },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The operations that take a cursor. */
function pagedIn({ paths }: OpenApiDocument): string[] {
  return Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'))
    .map(({ operationId }) => operationId);
}

function settingsOf({ known, seed, seconds, token }: FuzzRun, paged: readonly string[]): string {
  const dictionaries = Object.entries(known).map(([name, values]) => `${name}.values = ${JSON.stringify(values)}`);
  return `
seed = ${seed}
max-time = ${seconds}
workers = 1
request-timeout = 30
continue-on-failure = true
hooks = "${join(import.meta.dirname, 'schemathesis-lines.py')}"

[generation]
database = "none"

[dictionaries]
${dictionaries.join('\n')}
waits.values = [0, 1]
preferences.values = ["wait=0", "wait=1", "respond-async"]
few.values = [0, 1]

[parameters]
"path.name" = { dictionary = "endpoints", probability = ${KNOWN_SHARE} }
"query.endpoint" = { dictionary = "endpoints", probability = ${KNOWN_SHARE} }

# Nobody waits long here, nor follows what has no end.
"query.wait" = { dictionary = "waits" }
"header.Prefer" = { dictionary = "preferences" }
"query.follow" = "false"

[warnings]
# What is said here has to fit what is described there.
fail-on = ["unmatched_filter", "dictionary_mismatch", "unsupported_regex"]

[checks]
# What is revoked, cancelled or being deleted can still be looked at.
use_after_free.enabled = false
# An endpoint whose intake is paused says so with 503.
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
# What depends on what is there, no schema can say; what it can say, is refused with 400.
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "416", "422", "429", "503"]
ignored_auth.enabled = ${token !== undefined}
${token === undefined ? '' : '\n[auth.openapi.bearer]\nbearer = "${EBB_TOKEN}"\n'}
${belongings('invocations', '/v1/invocations/')}
${belongings('deliveries', '/v1/deliveries/')}
${belongings('keys', '/v1/keys/')}
[[operations]]
include-operation-id = "deleteEndpoint"
parameters = { "path.name" = { dictionary = "doomed", probability = ${KNOWN_SHARE} } }
# Only what has ended has an end of its events, and no answer of another operation is to bring in what has not.
[[operations]]
include-operation-id = "followInvocation"
parameters = { "path.id" = { dictionary = "settled", probability = ${KNOWN_SHARE} } }
phases.coverage.extra-data-sources.responses = false
phases.fuzzing.extra-data-sources.responses = false
phases.stateful.enabled = false
# A line that is wrong spoils nothing but itself.
[[operations]]
include-operation-id = "submitBatch"
checks.negative_data_rejection.enabled = false
${SETTING_CAPACITY.map(withFewInstances).join('\n')}
${[...RULES_BEYOND_SCHEMAS, ...paged].map(lenient).join('\n')}
`;
}

/** All ids are called `id`: whose they are is told by the path. */
function belongings(dictionary: string, path: string): string {
  return `[[operations]]
include-path-regex = "^${path}"
parameters = { "path.id" = { dictionary = "${dictionary}", probability = ${KNOWN_SHARE} } }
`;
}

/** Operations by which somebody can have as many instances as Ebb allows, for which no machine of a test is made. */
const SETTING_CAPACITY = ['setBounds', 'deployEndpoint', 'redeployEndpoint', 'wakeEndpoint'];

/** The phase that is left out takes the limits of each member, whatever dictionaries there are. */
function withFewInstances(operation: string): string {
  const members = ['minInstances', 'maxInstances', 'instances'];
  return `
[[operations]]
include-operation-id = "${operation}"
phases.coverage.enabled = false
parameters = { ${members.map((name) => `"body.${name}" = { dictionary = "few" }`).join(', ')} }`;
}

/**
 * Operations that refuse what their schemas allow: what begins has to begin before it ends, bounds may not be the wrong way
 * round, no more may be woken than there may be, deadlines may not be over. Where there are pages, a cursor has to come from
 * the one before.
 */
const RULES_BEYOND_SCHEMAS = [...SETTING_CAPACITY, 'getLogs', 'getMetrics', 'submitInvocation', 'createUpload'];

function lenient(operation: string): string {
  return `
[[operations]]
include-operation-id = "${operation}"
checks.positive_data_acceptance.enabled = false`;
}
