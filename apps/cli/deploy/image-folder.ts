import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { misuse } from '../outcome/failure.js';

const IMAGE_FILE = 'ebb-image.json';

/** `registry/team/ocr:2` as `ocr`. */
export function nameFrom(image: string): string {
  return image
    .replace(/@.*$/, '')
    .split('/')
    .at(-1)!
    .replace(/:.*$/, '')
    .replaceAll(/[^a-zA-Z0-9]+/g, '-');
}

/** The folder that is meant, checked; absent for the name of an image. Raises `Failure`. */
export function imageFolder(dirOrImage: string): string | undefined {
  const path = resolve(dirOrImage);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = join(path, IMAGE_FILE);
  if (isFolder && existsSync(file)) {
    checkImageFile(file);
    return path;
  }
  if (/^\.{0,2}\//.test(dirOrImage) || dirOrImage === '.') {
    throw misuse(
      isFolder ? `${dirOrImage} has no ${IMAGE_FILE}.` : `There is no folder ${dirOrImage}.`,
      `A folder is an image when its ${IMAGE_FILE} says what to execute: { "command": ["node", "server.js"] }`,
    );
  }
  return undefined;
}

function checkImageFile(file: string): void {
  try {
    const { command } = JSON.parse(readFileSync(file, 'utf8')) as { command?: unknown };
    if (Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string')) return;
  } catch (cause) {
    throw misuse(`${file} is not JSON: ${(cause as Error).message}`);
  }
  throw misuse(`${file} does not say what to execute.`, 'It needs a "command", such as ["node", "server.js"].');
}
