import { EbbError } from '../../../core/errors.js';
import { TOKEN_VARIABLE } from './process-table.js';

/** The host's variables that a container inherits: enough to find programs, and never Ebb's settings or secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/**
 * Variables that could make the image's interpreter or loader execute code that the operator has not listed. Anyone who
 * may create a model could use them, so only the image may set them.
 */
const EXECUTABLE =
  /^(?:PATH|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|BASH_ENV|ENV|SHELLOPTS|PYTHON(?:HOME|PATH|STARTUP)|PERL5(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GCONV_PATH)$/;

/** The values that the platform gives a container. */
export interface PlatformVariables {
  readonly port: number;
  readonly modelDirectory: string;
  /** The folder of additional model data, with a folder for each channel; undefined if there is none. */
  readonly additionalDirectory?: string;
  readonly token: string;
  readonly region?: string;
}

/** Raises `InvalidRequest` for a variable that a model may not set. */
export function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  const name = Object.keys(environment).find((candidate) => EXECUTABLE.test(candidate));
  if (name === undefined) return;
  throw new EbbError(
    'InvalidRequest',
    `The environment variable '${name}' decides which code a process executes: only the image may set it, not the model.`,
  );
}

/** The sources of a container's variables; each overrides the sources before it. */
export interface EnvironmentSources {
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly image: Readonly<Record<string, string>>;
  readonly model: Readonly<Record<string, string>>;
  readonly platform: PlatformVariables;
}

/**
 * Returns the environment of a container: a few variables of the host, all of the image and of the model, then the
 * platform's.
 */
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
