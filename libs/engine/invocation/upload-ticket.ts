import { EbbError } from '../../core/errors.js';
import { type ObjectLocation, parseObjectLocation } from '../../core/object-location.js';
import type { ObjectHead } from '../../core/ports/objects.js';
import { sentInputLocation } from './invocation-request.js';
import { type SentInput, storeInput } from './store-input.js';
import { endpointTakingWork } from './endpoint-taking-work.js';
import type { World } from '../world.js';

/** Leave to upload one input before it is submitted by its address. */
export interface UploadTicket {
  readonly inputLocation: string;
  /** An upload that has begun by then may go on. */
  readonly expiresAt: number;
  /** Where it is to be put: an address in the storage, or the word that opens Ebb's own door. */
  readonly way: { readonly address: string } | { readonly token: string };
}

export const TICKET_SECONDS = 3_600;

interface SealedTicket {
  readonly location: string;
  readonly expiresAt: number;
  readonly contentType?: string;
}

const PURPOSE = 'upload ticket';

/**
 * Makes a ticket for one input of an endpoint that takes invocations now. What is put with it has to be of `contentType`,
 * where that is given. Raises what `endpointTakingWork` raises.
 */
export async function issueUploadTicket(
  world: Pick<World, 'catalog' | 'clock' | 'objects' | 'place' | 'secrets'>,
  { endpointName, contentType }: { readonly endpointName: string; readonly contentType?: string },
  signal?: AbortSignal,
): Promise<UploadTicket> {
  const { name } = await endpointTakingWork(world, endpointName, signal);
  const inputLocation = newLocation(world, name);
  const expiresAt = world.clock.now() + TICKET_SECONDS * 1000;
  const presigning = { method: 'PUT', validSeconds: TICKET_SECONDS, contentType } as const;
  const address = await world.objects.presign(parseObjectLocation(inputLocation), presigning, signal);
  if (address !== undefined) return { inputLocation, expiresAt, way: { address } };
  const ticket: SealedTicket = { location: inputLocation, expiresAt, contentType };
  return { inputLocation, expiresAt, way: { token: world.secrets.seal(JSON.stringify(ticket), PURPOSE) } };
}

/** Stores what was uploaded with a ticket. Raises `AccessDenied`, `InvalidRequest`, `BodyTooLarge`, `StorageFull`. */
export async function takeUpload(
  world: Pick<World, 'clock' | 'objects' | 'secrets'>,
  { token, input, contentType }: { readonly token: string; readonly input: SentInput; readonly contentType?: string },
  signal?: AbortSignal,
): Promise<ObjectHead> {
  const ticket = openTicket(world, token);
  if (ticket.contentType !== undefined && ticket.contentType !== contentType) {
    throw new EbbError('InvalidRequest', `header.content-type: must be '${ticket.contentType}', as was agreed`);
  }
  const location: ObjectLocation = parseObjectLocation(ticket.location);
  return storeInput(world, location, { input, contentType }, signal);
}

function openTicket({ clock, secrets }: Pick<World, 'clock' | 'secrets'>, token: string): SealedTicket {
  let text: string;
  try {
    text = secrets.open(token, PURPOSE);
  } catch (cause) {
    throw new EbbError('AccessDenied', 'This is not an address for an upload, or not all of it.', { cause });
  }
  const ticket = JSON.parse(text) as SealedTicket;
  if (clock.now() < ticket.expiresAt) return ticket;
  throw new EbbError('AccessDenied', 'The time for this upload is over.');
}

function newLocation({ clock, place }: Pick<World, 'clock' | 'place'>, name: string): string {
  return sentInputLocation(place, name, `uploads/${clock.uniqueId()}`);
}
