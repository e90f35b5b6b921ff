// What is wrong with an answer: each room of the API has its own words, and its document says which.
import { dialectCheck } from '../dialects';
import { documentCheck } from '../document-check';
import { FOREIGN_MARK } from './foreign';
import type { FuzzRequest } from './mutate';

export interface Answered {
  readonly http: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Judge {
  /** Whose words the answer must be in. */
  roomOf(request: FuzzRequest): Room;
  /** Nothing, when all is well. */
  faultsOf(request: FuzzRequest, answered: Answered): string[];
}

export type Room = 'approval' | 'inbound' | 'callback' | 'conductor' | 'flowker';

const ROOMS: readonly (readonly [Room, RegExp])[] = [
  ['inbound', /^\/v[12]\/workflow\/webhook-inbound\/trigger\/?$/i],
  ['callback', /^\/v2\/workflow\/webhook-callback\/[^/]+\/?$/i],
  ['conductor', /^\/api(\/|$)/i],
  ['flowker', /^\/v1\/(workflows|executions)(\/|$)/i],
];

/** Of a refusal: what makes it one of this room. */
const IS_REFUSAL: Readonly<Record<Room, (body: any) => unknown>> = {
  approval: (body) => body.error?.message && body.error.status,
  callback: (body) => body.error?.message && body.error.status,
  inbound: (body) => body.ok === false && body.code,
  conductor: (body) => (body.error && body.message) || (body.status && body.message && 'retryable' in body),
  flowker: (body) => body.code && body.title && body.message,
};
const IS_ANSWER: Readonly<Record<Room, (body: any) => unknown>> = {
  approval: (body) => body.result,
  callback: (body) => body.result?.accepted === true,
  inbound: (body) => typeof body.ok === 'boolean' && body.code,
  // Their documents say what they answer.
  conductor: () => true,
  flowker: () => true,
};

export async function judgeOf(url: string): Promise<Judge> {
  const documentAt = async (path: string): Promise<any> => (await fetch(`${url}${path}`)).json();
  const approval = await documentCheck(url);
  const dialects = {
    conductor: dialectCheck(await documentAt('/openapi-conductor.json')),
    flowker: dialectCheck(await documentAt('/openapi-flowker.json')),
  };
  /** Of the path as it is sent; only POST is a webhook or a callback. */
  const pathOf = ({ path }: FuzzRequest) => new URL(path, url).pathname;
  const roomOf: Judge['roomOf'] = (request) => {
    const [room = 'approval'] = ROOMS.find(([, pattern]) => pattern.test(pathOf(request))) ?? [];
    return (room === 'inbound' || room === 'callback') && request.method !== 'POST' ? 'approval' : room;
  };

  function differsFromDocument(
    request: FuzzRequest,
    answer: { readonly http: number; readonly headers: Headers },
    body: unknown,
  ): string[] {
    const room = roomOf(request);
    const path = pathOf(request);
    try {
      if (room === 'conductor' || room === 'flowker') dialects[room]({ method: request.method, path, ...answer }, body);
      else if (request.method === 'POST') approval(path, answer, body);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  }

  return {
    roomOf,
    faultsOf(request, { http, headers, text }) {
      const room = roomOf(request);
      const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
      const body: any = isJson ? JSON.parse(text) : text;
      const isKnown = (http < 300 ? IS_ANSWER : IS_REFUSAL)[room](body);
      const isOwn = request.path.includes(FOREIGN_MARK) || String(request.body).includes(FOREIGN_MARK);
      return [
        ...(http >= 500 ? [`${http}`] : []),
        ...(isKnown ? [] : [`no answer of ${room}`]),
        ...(text.includes(FOREIGN_MARK) && !isOwn ? ['foreign data'] : []),
        ...(headers.has('x-request-id') ? [] : ['no request id']),
        ...(request.isForged && http < 300 ? ['served without authority'] : []),
        ...differsFromDocument(request, { http, headers }, body),
      ];
    },
  };
}
