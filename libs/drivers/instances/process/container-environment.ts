import { EbbError } from '../../../core/errors.js';
import { TOKEN_VARIABLE } from './process-table.js';

/** What a container gets of the host's environment: enough to find programs; never Ebb's settings or secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/**
 * Variables by which whoever may create a model could have the image's interpreter or loader execute something that
 * the operator has not listed. Only the image itself may set them.
 */
const EXECUTABLE =
  /^(?:PATH|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|BASH_ENV|ENV|SHELLOPTS|PYTHON(?:HOME|PATH|STARTUP)|PERL5(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GCONV_PATH)$/;

/** What the platform itself tells a container. */
export interface PlatformVariables {
  readonly port: number;
  readonly modelDirectory: string;
  /** Of a folder for each channel of additional model data; undefined where there is none. */
  readonly additionalDirectory?: string;
  readonly token: string;
  readonly region?: string;
}

/** Raises `InvalidRequest` for variables that a model's own environment may not set. */
export function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  const name = Object.keys(environment).find((candidate) => EXECUTABLE.test(candidate));
  if (name === undefined) return;
  throw new EbbError(
    'InvalidRequest',
    `The environment variable '${name}' decides what a process executes: only the image may set it, not the model.`,
  );
}

/** Where the variables of a container come from; each overrides those before it. */
export interface EnvironmentSources {
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly image: Readonly<Record<string, string>>;
  readonly model: Readonly<Record<string, string>>;
  readonly platform: PlatformVariables;
}

/** The environment of a container: of the host's a little, all of the image's and the model's, then the platform's. */
export function containerEnvironment({ host, image, model, platform }: EnvironmentSources): Record<string, string> {
  const { port, modelDirectory, additionalDirectory, token, region } = platform;
  const environment = {
    ...Object.fromEntries(INHERITED.map((name) => [name, host[name]])),
    AWS_REGION: region,
    ...image,
    ...model,
    SAGEMAKER_BIND_TO_PORT: String(port),
    SM_MODEL_DIR: modelDirectory,
    SM_ADDITIONAL_MODEL_DATA_DIR: additionalDirectory,
    [TOKEN_VARIABLE]: token,
  };
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
