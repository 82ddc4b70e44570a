import { readFileSync, writeFileSync } from 'node:fs';
import { EbbError } from '../../libs/core/errors.js';

/** The lines of a page between which `--into` writes. */
const BEGIN = '<!-- simulate: from here -->';
const END = '<!-- simulate: to here -->';

/** Writes a file. Raises `InvalidRequest` if that fails. */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new EbbError('InvalidRequest', `${path}: cannot be written`, { cause: error });
  }
}

/** Replaces the last report in a page of documentation. */
export function writeInto(path: string, report: string): void {
  const page = readPage(path);
  const [before, rest] = [page.split(BEGIN)[0]!, page.split(END)[1]];
  if (rest === undefined || before === page) {
    throw new EbbError('InvalidRequest', `${path}: has no line '${BEGIN}' with a line '${END}' below it`);
  }
  writeOutput(path, `${before}${BEGIN}\n\n\`\`\`text\n${report}\n\`\`\`\n\n${END}${rest}`);
}

function readPage(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new EbbError('InvalidRequest', `${path}: cannot be read`, { cause: error });
  }
}
