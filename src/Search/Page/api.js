// The HTTP interface. What goes wrong is a Failure whose message is for people.

import { away, connection } from './connection.js';
import { signIn } from './session.js';

export class Failure extends Error {
  /**
   * status: of HTTP; 0 where no answer came. kind: what the problem's type ends with, else empty. retryAfter: seconds after which
   * a server that is busy wants to be asked again; 0 where it is not.
   */
  constructor(message, status, kind = '', retryAfter = 0) {
    super(message);
    this.status = status;
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

export const unanswered = 'The server does not answer.';

export const isCancelled = error => error.name === 'AbortError';

/** The collection that the page's address names; null where it names none. */
export const collection = new URLSearchParams(location.search).get('collection');

/** A path, about that collection; paths in answers name theirs themselves. */
export const own = path => collection && !/[?&]collection=/.test(path)
  ? `${path}${path.includes('?') ? '&' : '?'}collection=${encodeURIComponent(collection)}` : path;

const slow = 5000;

/** The answer to a request, which is given up when the signal says so, or the server is gone. */
export async function ask(path, { signal, ...options } = {}) {
  if (!connection.isUp && !await connection.check())
    throw new Failure(unanswered, 0);
  const doubt = setInterval(() => connection.check(), slow);
  const response = await fetch(own(path), { ...options, signal: AbortSignal.any([connection.gone, ...signal ? [signal] : []]) })
    .catch(async error => { throw await failureOf(error, signal); })
    .finally(() => clearInterval(doubt));
  if (response.ok)
    return response;
  throw await refused(response.status, name => response.headers.get(name), () => response.json());
}

/** What went wrong with a request; in place of an error of the browser's, that no answer came. */
async function failureOf(error, signal) {
  if (signal?.aborted || error instanceof Failure)
    return error;
  await connection.check();
  return new Failure(unanswered, 0);
}

/** An answer that is none, as a Failure; where a key is needed, one is asked for. */
export async function refused(status, header, body) {
  if (status === 401)
    return signIn();
  const problem = await Promise.resolve().then(body).catch(() => ({}));
  if (away.includes(status) && !problem.type) {
    await connection.check();
    return new Failure(unanswered, 0);
  }
  return new Failure(sentence(problem.detail ?? problem.title ?? `The server answered with ${status}`), status,
    problem.type?.split(':').at(-1), Number(header('Retry-After')));
}

/** A problem's detail is a line in lower case. */
export const sentence = text => ended(text.charAt(0).toUpperCase() + text.slice(1));

export const ended = text => text.replace(/([^.!?…])$/, '$1.');

async function json(path, options) {
  const response = await ask(path, options);
  try {
    return await response.json();
  } catch (error) {
    throw await failureOf(error, options?.signal);
  }
}

export const search = (body, signal) =>
  json('api/v1/search', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });

/** What looks like an image: a File, which a query carries in base64. */
export const searchImage = async (image, query, signal) => search({ ...query, image: await base64(image) }, signal);

const base64 = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1)); // After "data:image/png;base64".
  reader.onerror = () => reject(new Failure(`The image cannot be read (${reader.error.message})`, 0));
  reader.readAsDataURL(file);
});

/** The model that searches, and how much there is. */
export const status = () => json('api/v1/status');

/** The collections that there are, for who may know all. */
export const collections = () => json('api/v1/collections?collection=default');

export const session = () => json('api/v1/session');

/** The models that are here, those that can be downloaded, and how far that is. */
export const models = () => json('api/v1/models');

const post = (path, body) =>
  json(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });

export const pullModel = name => post('api/v1/models/pull', { name });

export const stopPull = () => ask('api/v1/models/pull', { method: 'DELETE' });

/** Has the library encoded with another model, which searches then. */
export const useModel = (name, withoutFailed) => post('api/v1/models/use', { name, withoutFailed });

export const keepModel = () => ask('api/v1/models/use', { method: 'DELETE' });

/** The demo's clips, and how many are drawn. */
export const demo = () => json('api/v1/demo');

export const startDemo = () => post('api/v1/demo');

/** What is said in a video, by the address of its transcript. */
export const transcript = address => json(address.replace(/^\//, ''));

/** A page of the videos that a query is about, as the service takes it; what is undefined or empty in it is left out. */
export function listed(query) {
  const given = Object.entries(query).flatMap(([name, values]) => [values].flat().map(value => [name, value]));
  return json(`api/v1/videos?${new URLSearchParams(given.filter(([, value]) => value !== undefined && value !== ''))}`);
}

/** All of them. */
export async function allListed(query) {
  const all = [];
  for (let cursor = ''; cursor !== undefined;) {
    const { videos, next } = await listed({ ...query, limit: 1000, cursor });
    all.push(...videos);
    cursor = next;
  }
  return all;
}

export const video = id => json(`api/v1/videos/${id}`);

/** A video, and the tag of its present state. */
export async function described(id) {
  const response = await ask(`api/v1/videos/${id}`);
  return { video: await response.json(), tag: response.headers.get('ETag') };
}

/** Changes the title or tags of a video, if it is as it was when it had a tag. */
export const describe = (id, change, tag) => json(`api/v1/videos/${id}`, {
  method: 'PATCH', headers: { 'Content-Type': 'application/json', 'If-Match': tag }, body: JSON.stringify(change),
});

const inFormat = (path, format) => `${path.replace(/^\//, '')}${path.includes('?') ? '&' : '?'}format=${format}`;

/** Has a version of a video made that browsers play, by the address that the video names; says how far it is. */
export const prepareProxy = (path, format) => json(inFormat(path, format), { method: 'POST' });

export const proxy = (path, format) => json(inFormat(path, format));

/** A part of a video as a file of its own, with its name. */
export async function clip(id, start, end, format) {
  const response = await ask(inFormat(`api/v1/videos/${id}/clip?start=${start}&end=${end}`, format));
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('Content-Disposition'))[1];
  return { file: await response.blob(), name: decodeURIComponent(name) };
}

export const retry = id => json(`api/v1/videos/${id}/retry`, { method: 'POST' });

export const remove = id => ask(`api/v1/videos/${id}`, { method: 'DELETE' });
