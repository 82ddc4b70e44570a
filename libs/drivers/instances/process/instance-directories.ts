import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInstanceId, isInstanceId } from '../container/instance-id.js';
import type { HeldModel } from '../model/model-store.js';
import type { ProcessMarks } from './process-table.js';

const MODEL_FOLDER = 'model';
const ADDITIONAL_FOLDER = 'additional-model-data';
const RECORD_FILE = 'instance.json';

/** The folders in which an instance finds its model's files. */
export interface ModelDirectories {
  readonly modelDirectory: string;
  /** The folder of additional model data, with a folder for each channel; undefined if there is none. */
  readonly additionalDirectory?: string;
}

/**
 * The instances' directories, `<root>/<instance id>/`. A directory holds `model/`, links to additional model data, and
 * the record of the process while it may live. `model/` is empty unless an instance without model data writes to it. A
 * later run of Ebb finds leftovers by the record. The record is not synced to disk, because a crash of the machine that
 * could lose it also ends the processes.
 */
export class InstanceDirectories {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  modelDirectory(instanceId: string): string {
    return join(this.#pathOf(instanceId), MODEL_FOLDER);
  }

  /** Creates the directory and the model directory in it; refuses an id that was used before. */
  async create(instanceId: string): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    await mkdir(this.#pathOf(instanceId));
    await mkdir(this.modelDirectory(instanceId));
  }

  /**
   * Returns the folders of a held model: the model in its store, and additional data through a link for each channel.
   */
  async linkModel(
    instanceId: string,
    { directory, additional }: Pick<HeldModel, 'directory' | 'additional'>,
  ): Promise<ModelDirectories> {
    // This is not a link, because tools that walk a directory do not follow a link that they are given.
    const modelDirectory = directory ?? this.modelDirectory(instanceId);
    if (additional.length === 0) return { modelDirectory };
    const additionalDirectory = join(this.#pathOf(instanceId), ADDITIONAL_FOLDER);
    await mkdir(additionalDirectory);
    for (const channel of additional) await symlink(channel.directory, join(additionalDirectory, channel.channelName));
    return { modelDirectory, additionalDirectory };
  }

  /** Replaces the record atomically. */
  async writeRecord(instanceId: string, marks: ProcessMarks): Promise<void> {
    const file = join(this.#pathOf(instanceId), RECORD_FILE);
    await writeFile(`${file}.new`, JSON.stringify(marks));
    await rename(`${file}.new`, file);
  }

  async readRecord(instanceId: string): Promise<ProcessMarks | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#pathOf(instanceId), RECORD_FILE), 'utf8')) as ProcessMarks;
    } catch (error) {
      // An empty or incomplete record is left by a crash of the machine, which no process survives.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Returns the ids of all instances that have a directory. */
  async list(): Promise<string[]> {
    return (await readFolder(this.#root)).filter(isInstanceId);
  }

  /** Removes the directory of an instance that has ended. */
  async remove(instanceId: string): Promise<void> {
    await removeTree(this.#pathOf(instanceId));
  }

  #pathOf(instanceId: string): string {
    checkInstanceId(instanceId);
    return join(this.#root, instanceId);
  }
}

/** Retries the removal, because files may still appear while a killed container or an aborted download ends. */
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
