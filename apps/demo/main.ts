import { parseArgs } from 'node:util';
import { deploy } from './deploy.js';
import { pagesIn } from './pages.js';
import { Receiver } from './receiver.js';
import { reportOf } from './report.js';
import { Screen } from './screen.js';
import { startService } from './service.js';
import { type Outcome, submitPages, watch } from './work.js';

/** The time after which the demo gives up. */
const LIMIT_MS = 120_000;

/**
 * Runs the asynchronous path from end to end, on real pages and through the official AWS SDK: an endpoint at zero, a
 * backlog that wakes it, recognised text in a bucket, notifications, and the endpoint at zero again. Exits non-zero if
 * any part is missing.
 */
const { values } = parseArgs({ options: { pages: { type: 'string', default: 'infra/images/ocr/pages' } } });
const screen = new Screen(process.stdout);
const deadline = AbortSignal.timeout(LIMIT_MS);
const service = await startService(process.env, deadline);
const receiver = await Receiver.listen();
let missing: string[];
try {
  screen.say(`Ebb runs at ${service.url}; all calls below go there through the AWS SDK.\n`);
  const pages = await pagesIn(values.pages);
  const endpoint = await deploy(service.url, receiver, screen, deadline);
  const submitted = await submitPages(endpoint, pages, screen);
  const outcomes: Outcome[] = await watch({ deployment: endpoint, receiver, screen }, submitted, deadline);
  missing = await reportOf(endpoint, outcomes, receiver, screen);
} finally {
  await receiver.close();
  await service.stop();
}
for (const what of missing) screen.say(`MISSING: ${what}`);
screen.say(missing.length === 0 ? '\nAll results arrived, and no instance is left running.' : '\nThe demo failed.');
process.exitCode = missing.length === 0 ? 0 : 1;
