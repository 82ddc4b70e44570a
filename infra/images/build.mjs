/**
 * Builds container images out of image folders, and needs no registry for it:
 *
 *   npm run images -- [--engine unix:///var/run/docker.sock] [--base IMAGE] [FOLDER...]
 *
 * Each FOLDER (infra/images/ocr unless told) becomes the image `localhost/<folder's name>` on the engine, which may be
 * dockerd or Podman; without --engine it is the one that DOCKER_HOST names. A folder is built by its own Dockerfile,
 * whose `FROM` should be `ARG BASE`; one that has only an ebb-image.json gets a Dockerfile made of that. The npm packages
 * that its package.json asks for go along, as they are installed here.
 *
 * The base is this machine's Node and the libraries that it needs, imported as `localhost/ebb-node` (Linux only); where a
 * registry can be reached, `--base node:24-slim` does as well.
 *
 * One line for each image is printed on standard output: its name.
 */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Docker from 'dockerode';
import { importBase } from './base.mjs';
import { installedPackages } from './installed-packages.mjs';

const DEFAULT_FOLDER = join(import.meta.dirname, 'ocr');
const DOCKERFILE = 'Dockerfile';

await main();

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string' }, base: { type: 'string' } },
  });
  const engine = openEngine(values.engine ?? process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock');
  const base = values.base ?? (await importBase(engine));
  for (const folder of positionals.length > 0 ? positionals : [DEFAULT_FOLDER]) {
    console.log(await buildImage(engine, resolve(folder), base));
  }
}

/**
 * @param {Docker} engine
 * @param {string} folder
 * @param {string} base
 * @returns {Promise<string>} the image's name
 */
async function buildImage(engine, folder, base) {
  const name = `localhost/${basename(folder)}`;
  const context = await mkdtemp(join(tmpdir(), 'ebb-image-'));
  try {
    await cp(folder, context, { recursive: true, filter: (source) => basename(source) !== 'node_modules' });
    for (const { path, directory } of await installedPackages(folder)) {
      await cp(directory, join(context, path), { recursive: true, filter: isNotNested(directory) });
    }
    if (!existsSync(join(context, DOCKERFILE))) await writeFile(join(context, DOCKERFILE), await dockerfileFor(folder));
    const progress = await engine.buildImage(
      { context, src: await readdir(context) },
      { t: name, buildargs: { BASE: base }, forcerm: true },
    );
    await followBuild(engine, progress);
    return name;
  } finally {
    await rm(context, { recursive: true });
  }
}

/**
 * Packages within packages are copied for themselves, if anybody asks for them.
 *
 * @param {string} directory
 */
function isNotNested(directory) {
  const nested = join(directory, 'node_modules');
  return (/** @type {string} */ source) => source !== nested;
}

/**
 * What an ebb-image.json means for a container engine. The user has no name, so that every base will do.
 *
 * @param {string} folder
 */
async function dockerfileFor(folder) {
  const { command, env = {}, cancel = {} } = JSON.parse(await readFile(join(folder, 'ebb-image.json'), 'utf8'));
  const variables = Object.entries({ HOST: '0.0.0.0', ...env });
  const labels = Object.entries({
    'ebb.cancel-path': cancel.path,
    'ebb.cancel-ends-instance-after-seconds': cancel.endInstanceAfterSeconds,
  }).filter(([, value]) => value !== undefined);
  return [
    'ARG BASE=node:24-slim',
    'FROM ${BASE}',
    'WORKDIR /opt/program',
    'COPY . .',
    ...variables.map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    ...labels.map(([name, value]) => `LABEL ${name}=${JSON.stringify(String(value))}`),
    'USER 1000:1000',
    `ENTRYPOINT ${JSON.stringify(command)}`,
    '',
  ].join('\n');
}

/**
 * @param {Docker} engine
 * @param {NodeJS.ReadableStream} progress
 */
async function followBuild(engine, progress) {
  /** @type {string[]} */
  const said = [];
  await new Promise((done, failed) => {
    engine.modem.followProgress(
      progress,
      (error) => (error ? failed(new Error(`${said.join('')}${error.message}`, { cause: error })) : done(undefined)),
      ({ stream, error }) => {
        if (stream) said.push(stream);
        if (error) failed(new Error(`${said.join('')}${error}`));
      },
    );
  });
}

/** @param {string} address `unix://…`, `tcp://…` or `http://…` */
function openEngine(address) {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (socketPath) return new Docker({ socketPath });
  const { hostname, port } = new URL(address);
  return new Docker({ host: hostname, port: Number(port), protocol: 'http' });
}
