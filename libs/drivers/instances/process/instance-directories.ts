import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInstanceId, isInstanceId } from '../container/instance-id.js';
import type { HeldModel } from '../model/model-store.js';
import type { ProcessMarks } from './process-table.js';

const MODEL_FOLDER = 'model';
const ADDITIONAL_FOLDER = 'additional-model-data';
const RECORD_FILE = 'instance.json';

/** Where an instance finds its model's files. */
export interface ModelDirectories {
  readonly modelDirectory: string;
  /** Has a folder for each channel; undefined where there is no additional model data. */
  readonly additionalDirectory?: string;
}

/**
 * The instances' directories, `<root>/<instance id>/`: `model/`, which is empty unless an instance without model data
 * writes to it, links to additional model data and the record of the process, while it may live. The record is what a later
 * run of Ebb finds leftovers by; it is not synced to disk, since a crash of the machine that could lose it ends the
 * processes too.
 */
export class InstanceDirectories {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  modelDirectory(instanceId: string): string {
    return join(this.#pathOf(instanceId), MODEL_FOLDER);
  }

  /** Makes the directory and the model directory in it; an id that was used before is refused. */
  async create(instanceId: string): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    await mkdir(this.#pathOf(instanceId));
    await mkdir(this.modelDirectory(instanceId));
  }

  /** Where the instance finds what it holds: the model where it is kept, additional data through a link for each channel. */
  async linkModel(
    instanceId: string,
    { directory, additional }: Pick<HeldModel, 'directory' | 'additional'>,
  ): Promise<ModelDirectories> {
    // Not a link to it: tools that walk a directory do not follow one that they are given.
    const modelDirectory = directory ?? this.modelDirectory(instanceId);
    if (additional.length === 0) return { modelDirectory };
    const additionalDirectory = join(this.#pathOf(instanceId), ADDITIONAL_FOLDER);
    await mkdir(additionalDirectory);
    for (const channel of additional) await symlink(channel.directory, join(additionalDirectory, channel.channelName));
    return { modelDirectory, additionalDirectory };
  }

  /** Replaces the record; it is there whole or not at all. */
  async writeRecord(instanceId: string, marks: ProcessMarks): Promise<void> {
    const file = join(this.#pathOf(instanceId), RECORD_FILE);
    await writeFile(`${file}.new`, JSON.stringify(marks));
    await rename(`${file}.new`, file);
  }

  async readRecord(instanceId: string): Promise<ProcessMarks | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#pathOf(instanceId), RECORD_FILE), 'utf8')) as ProcessMarks;
    } catch (error) {
      // An empty or torn record is what a crash of the machine leaves, and no process survives that.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Every instance that has a directory. */
  async list(): Promise<string[]> {
    return (await readFolder(this.#root)).filter(isInstanceId);
  }

  /** Removes all of an instance that has ended. */
  async remove(instanceId: string): Promise<void> {
    await removeTree(this.#pathOf(instanceId));
  }

  #pathOf(instanceId: string): string {
    checkInstanceId(instanceId);
    return join(this.#root, instanceId);
  }
}

/** Files may still appear while a killed container or an aborted download ends; a second look removes them. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
