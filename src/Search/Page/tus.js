// Uploads by the tus protocol: begun, asked about, continued, given up. How an upload stands: its `offset`, the bytes that are
// there, and once it is complete the id of its `video` and whether the same content was `known`.

import * as api from './api.js';
import { connection } from './connection.js';

const version = { 'Tus-Resumable': '1.0.0' }, silence = 5000;
const pathOf = id => `api/v1/uploads/${id}`;
const lastOf = path => path.split('?')[0].split('/').at(-1);

/** The largest video that is taken, in bytes; null where this service takes none. */
export async function largest() {
  const answer = await api.ask('api/v1/uploads', { method: 'OPTIONS' }).catch(() => null);
  const bytes = answer?.headers.get('Tus-Max-Size');
  return bytes ? Number(bytes) : null;
}

/** Begins an upload: its id. */
export async function begin({ name, size }, signal) {
  const headers = { ...version, 'Upload-Length': `${size}`, 'Upload-Metadata': `filename ${base64(name)}` };
  const answer = await api.ask('api/v1/uploads', { method: 'POST', headers, signal });
  return lastOf(answer.headers.get('Location'));
}

/** How an upload stands; a Failure with status 404 where it has expired or was given up. */
export async function stand(id, signal) {
  const { headers } = await api.ask(pathOf(id), { method: 'HEAD', headers: version, signal });
  return standOf(name => headers.get(name));
}

/** Adds bytes; onProgress is told how many of them are on their way. XMLHttpRequest, because fetch does not tell that. */
export function add(id, offset, bytes, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort(), { gone } = connection;
    let heard = performance.now();
    const watch = setInterval(() => performance.now() - heard > silence && connection.check(), silence);
    request.open('PATCH', api.own(pathOf(id)));
    for (const [name, value] of Object.entries(
      { ...version, 'Upload-Offset': `${offset}`, 'Content-Type': 'application/offset+octet-stream' }))
      request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      heard = performance.now();
      onProgress(Math.min(loaded, bytes.size));
    };
    request.upload.onload = () => onProgress(bytes.size);
    request.onload = () => request.status < 300 ? resolve(standOf(name => request.getResponseHeader(name)))
      : api.refused(request.status, name => request.getResponseHeader(name), () => JSON.parse(request.responseText))
        .then(reject);
    request.onerror = () => connection.check().then(() => reject(new api.Failure(api.unanswered, 0)));
    request.onabort = () => reject(signal.aborted ? signal.reason : new api.Failure(api.unanswered, 0));
    request.onloadend = () => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      gone.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop);
    gone.addEventListener('abort', stop);
    request.send(bytes);
  });
}

/** Gives an upload up. While a request of before still ends, it is tried again; what stays all the same expires. */
export async function giveUp(id) {
  for (let left = 5; left > 0; left--)
    try {
      return await api.ask(pathOf(id), { method: 'DELETE', headers: version, keepalive: true });
    } catch (error) {
      if (error.status !== 423)
        return null;
      await new Promise(over => setTimeout(over, 400));
    }
  return null;
}

function standOf(header) {
  const video = header('Content-Location');
  return { offset: Number(header('Upload-Offset')), video: video ? lastOf(video) : null,
    known: header('Tcmgc-Known') === 'true' };
}

/** Text in UTF-8 and Base64. */
const base64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
