import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EbbError } from '../../../core/errors.js';
import { type CancelRules, readCancelRules } from '../container/cancel-rules.js';

/** A program that the operator allows Ebb to execute: a folder with an `ebb-image.json`, named after the folder. */
export interface ProcessImage {
  readonly name: string;
  readonly folder: string;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cancel: CancelRules;
}

const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const IMAGE_FILE = 'ebb-image.json';
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Finds the image that a container definition names in the operator's folders; the first folder that has it wins.
 * Raises `ImageNotFound`, which lists the existing images, if there is none. Also raises it if the image's description
 * is wrong.
 */
export async function findImage(image: string, imageFolders: readonly string[]): Promise<ProcessImage> {
  const name = resolveImageName(image);
  if (name !== undefined) {
    for (const imageFolder of imageFolders) {
      const folder = join(imageFolder, name);
      const text = await readIfThere(join(folder, IMAGE_FILE));
      if (text !== undefined) return { name, folder, ...parseImage(text, join(folder, IMAGE_FILE)) };
    }
  }
  const names = await listImages(imageFolders);
  const there = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  throw new EbbError('ImageNotFound', `There is no image '${image}' in ${imageFolders.join(', ')}; ${there}.`);
}

/** Returns the names of all images in the operator's folders, sorted. */
export async function listImages(imageFolders: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const imageFolder of imageFolders) {
    for (const name of await readFolder(imageFolder)) {
      if ((await readIfThere(join(imageFolder, name, IMAGE_FILE))) !== undefined) names.add(name);
    }
  }
  return [...names].sort();
}

/**
 * Returns the name of the image that a container definition means. Registry, repository path, tag and digest are
 * dropped: `123.dkr.ecr.us-east-1.amazonaws.com/team/ocr:v1` is `ocr`. The result is always a plain folder name, or
 * undefined if no such name is left.
 */
export function resolveImageName(image: string): string | undefined {
  const [withoutDigest = ''] = image.split('@');
  const lastSegment = withoutDigest.slice(withoutDigest.lastIndexOf('/') + 1);
  const [name = ''] = lastSegment.split(':');
  return IMAGE_NAME.test(name) ? name : undefined;
}

function parseImage(text: string, file: string): Pick<ProcessImage, 'command' | 'env' | 'cancel'> {
  const refuse = (rule: string, cause?: unknown): never => {
    throw new EbbError('ImageNotFound', `${file}: ${rule}`, { cause });
  };
  let image: unknown;
  try {
    image = JSON.parse(text);
  } catch (cause) {
    return refuse('must be JSON.', cause);
  }
  if (!isRecord(image)) return refuse('must be a JSON object.');
  const { command, env = {}, cancel, ...unknown } = image;
  const stranger = Object.keys(unknown)[0];
  if (stranger !== undefined) return refuse(`'${stranger}' is not a field; there are 'command', 'env' and 'cancel'.`);
  if (!isCommand(command)) {
    return refuse(`'command' must be a list of strings, the program first, such as ["node", "server.js"].`);
  }
  if (!isRecord(env)) return refuse(`'env' must be an object.`);
  for (const [name, value] of Object.entries(env)) {
    if (!VARIABLE_NAME.test(name)) return refuse(`'env' has '${name}', which is not the name of a variable.`);
    if (typeof value !== 'string') return refuse(`'env.${name}' must be a string.`);
  }
  try {
    return { command, env: env as Record<string, string>, cancel: readCancelRules(cancel) };
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCommand(value: unknown): value is [string, ...string[]] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string') && (value[0] ?? '') !== '';
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
