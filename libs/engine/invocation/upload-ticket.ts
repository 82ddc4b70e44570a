import { EbbError } from '../../core/errors.js';
import { type ObjectLocation, parseObjectLocation } from '../../core/object-location.js';
import type { ObjectHead } from '../../core/ports/objects.js';
import { sentInputLocation } from './invocation-request.js';
import { type SentInput, storeInput } from './store-input.js';
import { endpointTakingWork } from './endpoint-taking-work.js';
import type { World } from '../world.js';

/** The permission to upload one input before it is submitted by its address. */
export interface UploadTicket {
  readonly inputLocation: string;
  /** The end of the permission. An upload that has begun by then may go on. */
  readonly expiresAt: number;
  /** Where to put the input: at an address in the storage, or at Ebb itself with a token. */
  readonly way: { readonly address: string } | { readonly token: string };
}

/** How long an upload ticket is valid, in seconds. */
export const TICKET_SECONDS = 3_600;

interface SealedTicket {
  readonly location: string;
  readonly expiresAt: number;
  readonly contentType?: string;
}

const PURPOSE = 'upload ticket';

/**
 * Creates a ticket for one input of an endpoint that accepts invocations now. If `contentType` is given, the upload
 * must have it. Raises the errors of `endpointTakingWork`.
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

/**
 * Stores an input that was uploaded with a ticket. Raises `AccessDenied`, `InvalidRequest`, `BodyTooLarge`,
 * `StorageFull`.
 */
export async function takeUpload(
  world: Pick<World, 'clock' | 'objects' | 'secrets'>,
  { token, input, contentType }: { readonly token: string; readonly input: SentInput; readonly contentType?: string },
  signal?: AbortSignal,
): Promise<ObjectHead> {
  const ticket = openTicket(world, token);
  if (ticket.contentType !== undefined && ticket.contentType !== contentType) {
    throw new EbbError(
      'InvalidRequest',
      `header.content-type: must be '${ticket.contentType}', the type that the ticket was issued for`,
    );
  }
  const location: ObjectLocation = parseObjectLocation(ticket.location);
  return storeInput(world, location, { input, contentType }, signal);
}

function openTicket({ clock, secrets }: Pick<World, 'clock' | 'secrets'>, token: string): SealedTicket {
  let text: string;
  try {
    text = secrets.open(token, PURPOSE);
  } catch (cause) {
    throw new EbbError('AccessDenied', 'The address is not an upload address, or it is incomplete.', { cause });
  }
  const ticket = JSON.parse(text) as SealedTicket;
  if (clock.now() < ticket.expiresAt) return ticket;
  throw new EbbError('AccessDenied', 'The time of this upload address is over: ask for a new one.');
}

function newLocation({ clock, place }: Pick<World, 'clock' | 'place'>, name: string): string {
  return sentInputLocation(place, name, `uploads/${clock.uniqueId()}`);
}
