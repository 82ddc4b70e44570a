import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'localhost/ebb-node';
const PROGRAM = '/usr/local/bin/node';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const FILES = {
  '/etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000:node:/tmp:/sbin/nologin\n',
  '/etc/group': 'root:x:0:\nnode:x:1000:\n',
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/**
 * Gives the engine an image with nothing in it but the Node that runs this, unless it has it already. There is no shell
 * in it: `RUN` works in its exec form only.
 *
 * @param {import('dockerode')} engine
 * @returns {Promise<string>} the image's name
 */
export async function importBase(engine) {
  const name = `${NAME}:${process.versions.node}`;
  if (await hasImage(engine, name)) return name;
  const root = await mkdtemp(join(tmpdir(), 'ebb-base-'));
  try {
    await fillRoot(root);
    // The archive must not bear the name of whoever runs this: root owns every file of a system.
    const archive = spawn('tar', ['-C', root, '--owner=0', '--group=0', '--numeric-owner', '-c', '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const archived = once(archive, 'exit');
    // Podman leaves a tag out of account that does not come with the name.
    const options = { repo: name, changes: 'ENV PATH=/usr/local/bin:/usr/bin:/bin' };
    const progress = await engine.importImage(archive.stdout, options);
    await new Promise((done, failed) => {
      engine.modem.followProgress(progress, (error) => (error ? failed(error) : done(undefined)));
    });
    const [code] = await archived;
    if (code !== 0) throw new Error(`tar ended with ${code}.`);
    return name;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** @param {string} root */
async function fillRoot(root) {
  const libraries = await sharedLibraries(process.execPath);
  for (const library of libraries) await put(root, library, library);
  await put(root, PROGRAM, process.execPath);
  if (existsSync(CERTIFICATES)) await put(root, CERTIFICATES, CERTIFICATES);
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
  await chmod(root, 0o755);
}

/**
 * @param {string} root
 * @param {string} path where it belongs below the root
 * @param {string} source
 */
async function put(root, path, source) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await copyFile(source, join(root, path));
}

/** @param {string} program */
async function sharedLibraries(program) {
  if (process.platform !== 'linux')
    throw new Error('A base is made of this machine only on Linux; elsewhere give one: --base node:24-slim.');
  const { stdout } = await promisify(execFile)('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => /** @type {string} */ (path));
}

/**
 * @param {import('dockerode')} engine
 * @param {string} name
 */
async function hasImage(engine, name) {
  try {
    await engine.getImage(name).inspect();
    return true;
  } catch (error) {
    if (/** @type {{ statusCode?: number }} */ (error).statusCode === 404) return false;
    throw error;
  }
}
