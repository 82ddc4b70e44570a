import { basename, dirname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { Failure } from '../outcome/failure.js';
import { imageFolder, nameFrom } from '../deploy/image-folder.js';
import { inService } from '../deploy/in-service.js';
import { pair, seconds, wholeNumber } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

interface DeployOptions {
  readonly name?: string;
  readonly model?: string;
  readonly min?: number;
  readonly max?: number;
  readonly concurrency?: number;
  readonly promise?: object;
  readonly keepWarm?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly instanceType?: string;
  readonly output?: string;
  readonly failure?: string;
  readonly successTopic?: string;
  readonly errorTopic?: string;
  readonly update?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
}

/** `ebb deploy`. */
export function deployCommand(acts: Acts) {
  return taught({
    name: 'deploy',
    summary: 'make an endpoint of an image, and wait until it is in service',
    description:
      'Makes an endpoint. IMAGE is the name of an image; DIR is a folder with an ebb-image.json, which stands for the ' +
      'image of its name and has to be in a folder that Ebb was started with. What it makes is a model, an endpoint ' +
      'config and an endpoint, which the SageMaker API shows as well.',
    examples: [
      ['ebb deploy infra/images/ocr --max 3', 'an endpoint `ocr` of none to three instances'],
      ['ebb deploy localhost/summarize:2 --name summaries --promise start:5s', 'work begins within five seconds'],
      ['ebb deploy ocr --min 1 --env LANGUAGE=deu --model s3://models/ocr.tar.gz', 'always one instance, with a model'],
      ['ebb deploy localhost/ocr:3 --name ocr --update', 'another image for an endpoint that there is'],
    ],
    exits: {
      failed: 'the endpoint failed, or what was rolled out to it was taken back',
      usage: 'the command breaks a rule, or the image is not known',
      timedOut: 'it is not in service in time; it goes on',
      conflict: 'there is an endpoint of this name, or it is being changed',
      notFound: 'with --update: there is no such endpoint',
    },
  })
    .argument('<dir|image>', 'a folder with an ebb-image.json, or the name of an image')
    .option('-n, --name <name>', "the endpoint's name (else the image's)")
    .option('--update', 'roll it out to the endpoint of this name, which serves on until it has proved itself')
    .option('--min <instances>', 'at least so many instances', wholeNumber(0, 10_000))
    .option('--max <instances>', 'at most so many instances', wholeNumber(0, 10_000))
    .option('--concurrency <number>', 'invocations at a time on one instance', wholeNumber(1, 1_000))
    .option(
      '--promise <promise>',
      'start:SPAN or done:SPAN, such as start:5s: how soon work begins or is done',
      promise,
    )
    .option('--keep-warm <span>', 'how long instances stay without work, such as 5m', seconds)
    .option('--model <s3-url>', 'a model.tar.gz')
    .option('-e, --env <name=value>', 'a variable for the container; may be repeated', pair)
    .option('--instance-type <type>', 'what of the machine each instance may use, such as ml.m5.large')
    .option('--output <s3-url>', 'where outputs go')
    .option('--failure <s3-url>', 'where failures go')
    .option('--success-topic <arn>', 'who is told of what is Completed')
    .option('--error-topic <arn>', 'who is told of what is not')
    .option('--no-wait', 'do not wait until it is in service')
    .option('--timeout <span>', 'how long to wait', seconds, 600)
    .action(acts(deploy));
}

function promise(text: string): object {
  const [, kind, limit = ''] = /^(start|done):(.+)$/.exec(text) ?? [];
  if (kind === undefined) throw new InvalidArgumentError('It must be start:SPAN or done:SPAN, such as start:5s.');
  return { [kind === 'start' ? 'startWithinSeconds' : 'doneWithinSeconds']: seconds(limit) };
}

async function deploy(session: Session, options: DeployOptions, dirOrImage: string): Promise<void> {
  const { client, terminal } = session;
  const folder = imageFolder(dirOrImage);
  const image = folder === undefined ? dirOrImage : basename(folder);
  const name = options.name ?? nameFrom(image);
  const recipe = recipeOf(options, image);
  const making = options.update ? client.redeploy(name, recipe) : client.deploy({ name, ...recipe });
  const made = await making.catch((error: unknown) => {
    throw withWhereToLook(error, dirOrImage, folder);
  });
  const known = folder === undefined ? '' : ', from the folders that Ebb was started with';
  terminal.note(`${options.update ? 'Updating' : 'Deploying'} ${made.name} with the image ${image}${known}.`);
  const replaced = options.update ? made.configName : undefined;
  const expected = { name: made.name, limitSeconds: options.timeout, replaced };
  const endpoint = options.wait ? await inService(session, expected) : made;
  if (terminal.isJson) terminal.document(endpoint);
  else if (terminal.manner.isQuiet) terminal.line(endpoint.name);
  else
    terminal.line(
      `${endpoint.name} is ${terminal.paint.state(endpoint.status)}. Use it: ebb invoke ${endpoint.name} FILE --wait`,
    );
}

function recipeOf(options: DeployOptions, image: string): object {
  return {
    image,
    modelDataUrl: options.model,
    environment: options.env,
    minInstances: options.min,
    maxInstances: options.max,
    concurrency: options.concurrency,
    instanceType: options.instanceType,
    promise: options.promise,
    keepWarmSeconds: options.keepWarm,
    outputPath: options.output,
    failurePath: options.failure,
    successTopic: options.successTopic,
    errorTopic: options.errorTopic,
  };
}

function withWhereToLook(error: unknown, dirOrImage: string, folder: string | undefined): unknown {
  if (!(error instanceof Failure) || error.problem?.code !== 'ImageNotFound') return error;
  const { exit, message, problem } = error;
  const advice = folder
    ? `Start Ebb with the folder that it is in: ebb up --images ${dirname(folder)}`
    : `There is no folder ${dirOrImage} here either; those of images that Ebb is to know are named with ebb up --images.`;
  return new Failure(exit, message, { advice, problem, cause: error });
}
