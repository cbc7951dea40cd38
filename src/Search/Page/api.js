// The HTTP interface. What goes wrong is a Failure whose message is for people.

import { signIn } from './session.js';

export class Failure extends Error {
  /** retryAfter: seconds after which a server that is busy wants to be asked again; 0 where it is not. */
  constructor(message, status, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export const isCancelled = error => error.name === 'AbortError';

/** The collection that the page's address names; null where it names none. */
export const collection = new URLSearchParams(location.search).get('collection');

/** A path, about that collection; paths in answers name theirs themselves. */
export const own = path =>
  collection ? `${path}${path.includes('?') ? '&' : '?'}collection=${encodeURIComponent(collection)}` : path;

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(own(path), options);
  } catch (error) {
    throw isCancelled(error) ? error : new Failure('The server does not answer. Is it still running?', 0);
  }
  if (response.status === 401)
    return signIn();
  if (!response.ok)
    throw await failureOf(response);
  return response;
}

async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new Failure(sentence(problem.detail ?? problem.title ?? `The server answered with ${response.status}`), response.status);
}

/** A problem's detail is a line in lower case. */
export const sentence = text => ended(text.charAt(0).toUpperCase() + text.slice(1));

export const ended = text => text.replace(/([^.!?…])$/, '$1.');

const json = async (path, options) => (await ask(path, options)).json();

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

export async function videos() {
  const limit = 1000, all = [];
  for (let total = 1; all.length < total;) {
    const page = await json(`api/v1/videos?offset=${all.length}&limit=${limit}`);
    all.push(...page.videos);
    total = page.videos.length ? page.total : 0;
  }
  return all;
}

export const video = id => json(`api/v1/videos/${id}`);

export const retry = id => json(`api/v1/videos/${id}/retry`, { method: 'POST' });

export const remove = id => ask(`api/v1/videos/${id}`, { method: 'DELETE' });

/** What uploads may have, in bytes; null where this service takes none. */
export async function largestUpload() {
  const response = await fetch(own('api/v1/uploads'), { method: 'OPTIONS' }).catch(() => null);
  const bytes = response?.ok && response.headers.get('Tus-Max-Size');
  return bytes ? Number(bytes) : null;
}

/** Sends a file; XMLHttpRequest, because fetch does not tell how far a body has come. */
export function upload(file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', own(`api/v1/videos?name=${encodeURIComponent(file.name)}`));
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = event => onProgress(event.loaded / Math.max(1, file.size));
    request.onload = () => {
      const { status, response } = request;
      if (status < 300)
        return resolve(response);
      const passes = status === 429 || response?.type === 'urn:tcmgc:problem:queue-full';
      reject(new Failure(sentence(response?.detail ?? `The server answered with ${status}`), status,
        passes ? Number(request.getResponseHeader('Retry-After')) : 0));
    };
    request.onerror = () => reject(new Failure('The connection broke before the whole video was sent.', 0));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
