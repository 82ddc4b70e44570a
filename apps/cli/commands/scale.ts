import { Failure, misuse } from '../outcome/failure.js';
import type { EndpointDocument } from '../client/documents.js';
import { endpointLines } from '../format/endpoint.js';
import { wholeNumber } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';
import { endpointArgument } from './endpoints.js';

interface ScaleOptions {
  readonly min?: number;
  readonly max?: number;
  readonly variant?: string;
  /** A number of instances, or true for as many as are wanted. */
  readonly wake?: number | true;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly intake?: boolean;
  readonly dispatch?: boolean;
}

const wakeCount = wholeNumber(1, 10_000);

/** `ebb scale`. */
export function scaleCommand(acts: Acts) {
  return taught({
    name: 'scale',
    summary: 'set bounds, wake, pause or resume an endpoint',
    description:
      'Changes how many instances an endpoint may have, wakes it before there is work, or pauses it: of its intake ' +
      '(nothing is accepted), its dispatch (what waits stays waiting), or both. Shows what came of it.',
    examples: [
      ['ebb scale ocr --min 0 --max 5', 'none without work, five at most'],
      ['ebb scale ocr --wake 2', 'two instances now, for work that is about to come'],
      ['ebb scale ocr --pause --dispatch', 'accept, but run nothing; --resume goes on'],
    ],
    exits: { notFound: 'there is no such endpoint or variant', conflict: 'the endpoint is being changed or deleted' },
  })
    .addArgument(endpointArgument())
    .option('--min <instances>', 'at least so many', wholeNumber(0, 10_000))
    .option('--max <instances>', 'at most so many', wholeNumber(0, 10_000))
    .option('--variant <name>', 'of this variant, where there are several')
    .option('--wake [instances]', 'start instances now: one unless told', (text: string) => wakeCount(text))
    .option('--pause', 'pause it')
    .option('--resume', 'let it go on')
    .option('--intake', 'with --pause or --resume: only whether it accepts')
    .option('--dispatch', 'with --pause or --resume: only whether it runs what waits')
    .action(acts(scale));
}

async function scale({ client, terminal }: Session, options: ScaleOptions, name: string): Promise<void> {
  check(options);
  const { dispatch, intake, max, min, pause, resume, variant, wake } = options;
  if (min !== undefined || max !== undefined) {
    await client.setBounds(name, { variant, ...boundsOf(await client.endpoint(name), options) });
  }
  const both = intake === undefined && dispatch === undefined;
  const parts = both ? { intake: true, dispatch: true } : { intake, dispatch };
  if (pause) await client.change(name, 'pause', parts);
  if (resume) await client.change(name, 'resume', parts);
  if (wake !== undefined) await client.change(name, 'wake', { variant, instances: wake === true ? undefined : wake });
  const endpoint = await client.endpoint(name);
  if (terminal.isJson) terminal.document(endpoint);
  else terminal.lines(endpointLines(endpoint, Date.now()));
}

function check({ dispatch, intake, max, min, pause, resume, wake }: ScaleOptions): void {
  if ([max, min, pause, resume, wake].every((option) => option === undefined)) {
    throw misuse('It is not said what to change.', 'Give --min and --max, --wake, --pause or --resume.');
  }
  if (pause && resume) throw misuse('--pause and --resume do not go together.');
  if ((intake || dispatch) && !pause && !resume) throw misuse('--intake and --dispatch go with --pause or --resume.');
  if (min !== undefined && max !== undefined && min > max) throw misuse(`--min ${min} is more than --max ${max}.`);
}

/** The bound that was not given stays as it is. */
function boundsOf({ name, variants }: EndpointDocument, { max, min, variant }: ScaleOptions): object {
  const current = variant === undefined ? variants[0] : variants.find((each) => each.name === variant);
  if (!current) throw new Failure('notFound', `${name} has no variant '${variant}'.`);
  const { maximum, minimum } = current.instances;
  return { minInstances: min ?? minimum, maxInstances: max ?? maximum };
}
